from django.db import models


class AppendOnly(TypeError):
    """What was said is written once: what was done is not undone by changing what is said of it."""


class AppendOnlyQuerySet(models.QuerySet):
    def update(self, **fields):
        raise AppendOnly

    def bulk_update(self, *args, **kwargs):
        raise AppendOnly

    def delete(self):
        raise AppendOnly


class Line(models.Model):
    """A row that is written once, read, and changed by nobody: an owner cannot take back what an owner did."""

    class Meta:
        abstract = True

    def save(self, **kwargs):
        """Of a new line alone."""
        if self.pk:
            raise AppendOnly
        super().save(**kwargs)

    def delete(self, **kwargs):
        raise AppendOnly
