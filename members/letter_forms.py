from collections.abc import Iterator

from django import forms

from members.kinds import Family, choices_of, kinds


class LettersForm(forms.Form):
    """How often `member` wants each kind of letter that they may stop."""

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        self.keys = {key.replace(".", "-"): key for key in choices_of(member)}
        for name, key in self.keys.items():
            self.fields[name] = forms.ChoiceField(label=kinds()[key].words, choices=kinds()[key].choices)

    @staticmethod
    def initial_of(cadences: dict[str, str]) -> dict[str, str]:
        return {key.replace(".", "-"): cadence for key, cadence in cadences.items()}

    @property
    def wanted(self) -> dict[str, str]:
        return {key: self.cleaned_data[name] for name, key in self.keys.items()}

    def families(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields under what they are about."""
        for family in Family:
            fields = [self[name] for name, key in self.keys.items() if kinds()[key].family == family]
            if fields:
                yield str(family.label), fields
