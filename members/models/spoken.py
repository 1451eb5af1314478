"""The languages that people speak with others."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Spoken(models.TextChoices):
    """By their codes of ISO 639, those most heard here first."""

    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")
    SIGN = "fsl", _("French Sign Language")
    GERMAN = "de", _("German")
    SPANISH = "es", _("Spanish")
    ITALIAN = "it", _("Italian")
    PORTUGUESE = "pt", _("Portuguese")
    DUTCH = "nl", _("Dutch")
    ARABIC = "ar", _("Arabic")
    BERBER = "ber", _("Berber")
    BRETON = "br", _("Breton")
    BASQUE = "eu", _("Basque")
    CATALAN = "ca", _("Catalan")
    OCCITAN = "oc", _("Occitan")
    CHINESE = "zh", _("Chinese")
    GREEK = "el", _("Greek")
    HINDI = "hi", _("Hindi")
    JAPANESE = "ja", _("Japanese")
    POLISH = "pl", _("Polish")
    ROMANIAN = "ro", _("Romanian")
    RUSSIAN = "ru", _("Russian")
    TURKISH = "tr", _("Turkish")
    UKRAINIAN = "uk", _("Ukrainian")
    VIETNAMESE = "vi", _("Vietnamese")


class PersonLanguage(models.Model):
    person = models.ForeignKey("members.Person", models.CASCADE, related_name="languages", verbose_name=_("person"))
    code = models.CharField(_("language"), max_length=3, choices=Spoken)

    class Meta:
        verbose_name = _("language spoken")
        verbose_name_plural = _("languages spoken")
        constraints = [models.UniqueConstraint(fields=["person", "code"], name="person_language_once")]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_code_display()}"
