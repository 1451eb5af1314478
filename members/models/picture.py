import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.person import Person
from smclub.images import widths_for
from smclub.languages import Text, localised

FOLDER = "pictures"


def random_name(picture, filename: str) -> str:
    """A name that says nothing and cannot be guessed; the suffix is the format it was decoded as."""
    suffix = filename.rpartition(".")[2].lower()
    return f"{FOLDER}/{secrets.token_urlsafe(16)}.{suffix if suffix in ('jpg', 'png', 'webp', 'avif') else 'jpg'}"


class PictureQuerySet(models.QuerySet):
    def on_desk_of(self, visitor):
        """Without the portraits that are not for `visitor`."""
        known = Person.objects.on_desk_of(visitor).showing("portrait", to=visitor)
        unknown = Person.objects.exclude(pk__in=known.values("pk"))
        return self.exclude(pk__in=unknown.exclude(portrait=None).values("portrait"))


class Picture(models.Model):
    class Reach(models.IntegerChoices):
        NOBODY = 0
        SOME = 1
        EVERYBODY = 2

    file = models.ImageField(_("file"), upload_to=random_name, width_field="width", height_field="height", max_length=120)
    width = models.PositiveIntegerField(_("width"), editable=False, default=0)
    height = models.PositiveIntegerField(_("height"), editable=False, default=0)
    alt = models.CharField(
        _("alternative text"), max_length=250, blank=True, help_text=_("What the picture shows, for who cannot see it.")
    )
    alt_en = models.CharField(_("English alternative text"), max_length=250, blank=True)
    is_decorative = models.BooleanField(_("decorative"), default=False, help_text=_("It says nothing that the text does not."))
    credit = models.CharField(_("credit"), max_length=120, blank=True)
    licence = models.CharField(_("licence"), max_length=80, blank=True)
    focal_x = models.PositiveSmallIntegerField(
        _("focal point, from the left (%)"), default=50, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    focal_y = models.PositiveSmallIntegerField(
        _("focal point, from the top (%)"), default=50, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    # widths of the variants that exist, the narrowest first; None: not made yet; []: none can be made of this file
    widths = models.JSONField(_("widths of its variants"), null=True, default=None, editable=False)
    # who may know its name, as smclub/concealing.py last found
    shown_to = models.PositiveSmallIntegerField(_("shown to"), default=Reach.NOBODY, editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.CheckConstraint(
                condition=~Q(alt="") | Q(is_decorative=True),
                name="picture_described_or_decorative",
                violation_error_message=_("Describe the picture, or say that it is decorative."),
            )
        ]

    def __str__(self) -> str:
        return self.alt or self.file.name

    @property
    def description(self) -> Text:
        return Text("", "fr") if self.is_decorative else localised(self, "alt")

    @property
    def suffixes(self) -> tuple[str, str, str]:
        """Of its variants, the lightest first; the last is what every browser reads."""
        return ("avif", "webp", "png" if self.file.name.endswith(".png") else "jpg")

    def variant_name(self, width: int, suffix: str) -> str:
        return f"{self.file.name.rpartition('.')[0]}-{width}.{suffix}"

    @property
    def file_names(self) -> list[str]:
        """Every file in the store that is this picture's."""
        return self._names(self.widths or [])

    @property
    def possible_names(self) -> list[str]:
        """Those, and the ones that a task may be writing."""
        return self._names(widths_for(self.width))

    def _names(self, widths: list[int]) -> list[str]:
        return [str(self.file.name), *(self.variant_name(width, suffix) for width in widths for suffix in self.suffixes)]

    # -- how it is shown ---------------------------------------------------------
    @property
    def framing(self) -> str:
        """Classes of club.css that keep the focal point in sight where the picture is cropped, to a tenth."""
        points = (("fx", self.focal_x), ("fy", self.focal_y))
        return " ".join(f"{axis}-{round(point, -1)}" for axis, point in points if round(point, -1) != 50)

    @property
    def sources(self) -> list[tuple[str, str]]:
        """Suffix and `srcset` of its lighter kinds."""
        return [(suffix, self._srcset(suffix)) for suffix in self.suffixes[:-1]]

    @property
    def plain_srcset(self) -> str:
        return self._srcset(self.suffixes[-1])

    def _srcset(self, suffix: str) -> str:
        stem = self.file.url.rpartition(".")[0]
        return ", ".join(f"{stem}-{width}.{suffix} {width}w" for width in self.widths or [])

    @property
    def small_sources(self) -> list[tuple[str, str]]:
        """Suffix and address of the narrowest of its lighter kinds."""
        return [(suffix, self._narrowest(suffix)) for suffix in self.suffixes[:-1]] if self.widths else []

    @property
    def small_url(self) -> str:
        return self._narrowest(self.suffixes[-1]) if self.widths else self.file.url

    def _narrowest(self, suffix: str) -> str:
        return f"{self.file.url.rpartition('.')[0]}-{self.widths[0]}.{suffix}"
