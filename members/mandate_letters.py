"""The letters of mandates put into words, each dropped once it is no longer true."""

from datetime import date

from members.mail import composes
from members.models import Letter, Mandate
from smclub.addresses import absolute, in_language


def _facts(row: Letter, mandate: Mandate) -> dict:
    is_theirs = row.member is not None and mandate.person.member_id == row.member_id
    team_url = absolute(in_language(row.language, "members:team"))
    return {"mandate": mandate, "is_theirs": is_theirs, "team_url": team_url}


@composes("members.mandate_ends")
def _mandate_ends(row: Letter) -> dict | None:
    """As long as it ends on that day."""
    mandates = Mandate.objects.current().not_renewed().select_related("person")
    mandate = mandates.filter(pk=row.context["mandate"], ends_on=date.fromisoformat(row.context["ends_on"])).first()
    return _facts(row, mandate) if mandate else None


@composes("members.mandate_over")
def _mandate_over(row: Letter) -> dict | None:
    mandates = Mandate.objects.filter(pk=row.context["mandate"], role_ended_at__isnull=False)
    mandate = mandates.select_related("person").first()
    return _facts(row, mandate) | {"role": mandate.get_staff_role_display()} if mandate else None
