"""Who and what is tied to a post: its topics, and those who signed it."""

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase

from members.models import Organisation, Person, Topic


class PostTopicQuerySet(models.QuerySet):
    def nearest(self):
        """The posts that bear most of these topics, of as many the latest written."""
        posts = self.order_by().values("content_object").annotate(n=Count("pk")).order_by("-n", "-content_object")
        return posts.values("content_object")


class PostTopic(ItemBase):
    tag = models.ForeignKey(Topic, models.CASCADE, related_name="post_items", verbose_name=_("topic"))
    content_object = models.ForeignKey("posts.Post", models.CASCADE, related_name="topic_items")

    objects = PostTopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic of a post")
        verbose_name_plural = _("topics of posts")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="post_topic_once")]


class CreditQuerySet(models.QuerySet):
    def sharing(self, credits):
        """Those of whoever has one of `credits`, on whatever post."""
        people = [credit.person_id for credit in credits if credit.person_id]
        organisations = [credit.organisation_id for credit in credits if credit.organisation_id]
        return self.filter(Q(person__in=people) | Q(organisation__in=organisations))

    def latest_posts(self):
        return self.order_by("-post").values("post")


class Credit(models.Model):
    class Role(models.TextChoices):
        AUTHOR = "author", _("Author")
        GUEST = "guest", _("Guest author")
        PHOTOGRAPHER = "photographer", _("Photographer")
        TRANSLATOR = "translator", _("Translator")
        ILLUSTRATOR = "illustrator", _("Illustrator")

    WRITERS = (Role.AUTHOR, Role.GUEST)

    post = models.ForeignKey("posts.Post", models.CASCADE, related_name="credits", verbose_name=_("post"))
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="credits", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="credits", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.AUTHOR)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = CreditQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, organisation__isnull=True) | Q(person__isnull=True, organisation__isnull=False),
                name="credit_person_or_organisation",
                violation_error_message=_("Credit a person or an organisation, one of the two."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.who} · {self.get_role_display()}"

    @property
    def who(self) -> Person | Organisation:
        return self.person or self.organisation

    @property
    def page_url(self) -> str:
        """The page of who is credited; empty when that person keeps theirs from the public."""
        return "" if self.person and not self.person.is_announced else self.who.get_absolute_url()

    @property
    def is_writer(self) -> bool:
        return self.role in self.WRITERS
