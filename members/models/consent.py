from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.models.append_only import AppendOnlyQuerySet, Line
from members.models.member import Member


class ConsentManager(models.Manager.from_queryset(AppendOnlyQuerySet)):  # type: ignore[misc]
    def keep(self, member: Member, said: dict[str, tuple[str, str]], *, way: str) -> None:
        """One line for each `{about: (words, answer)}`, in the caller's transaction and in the language of the page."""
        lines = [self.model(member=member, about=about, words=words, answer=answer) for about, (words, answer) in said.items()]
        for line in lines:
            line.way, line.lang = way, get_language() or member.language
        self.bulk_create(lines)


class Consent(Line):
    """What somebody agreed to, changed or withdrew, in the words they read: the proof that article 7 of the GDPR asks of a club.

    It goes with the account, and is in the copy of their data.
    """

    class Way(models.TextChoices):
        FORM = "form", _("With a form of the site")
        LINK = "link", _("Through the link of a letter")
        PROGRAM = "program", _("By a mail program")

    member = models.ForeignKey(Member, models.CASCADE, related_name="consents", verbose_name=_("member"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    about = models.CharField(_("what it is about"), max_length=50, help_text=_("A kind of letter, or the code of conduct."))
    words = models.CharField(_("as it was read"), max_length=200)
    lang = models.CharField(_("language"), max_length=2, choices=Member.Language)
    answer = models.CharField(_("answer"), max_length=20, help_text=_("How often, or the version that was accepted."))
    way = models.CharField(_("through"), max_length=7, choices=Way)

    objects = ConsentManager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["member", "-at"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.about} · {self.answer}"
