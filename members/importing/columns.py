"""What the columns of a file are about, guessed from their names; the exports of HelloAsso are known by theirs."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.importing.reading import folded


class Field(models.TextChoices):
    """What a column may be about."""

    EMAIL = "email", _("E-mail address")
    EMAIL_ELSE = "email_else", _("E-mail address, where the other is empty")
    NAME = "name", _("First and last name")
    FIRST = "first", _("First name")
    LAST = "last", _("Last name")
    LANGUAGE = "language", _("Language of letters")
    SINCE = "since", _("Member since")
    GROUP = "group", _("Group, or town of a local club")
    PLAN = "plan", _("Plan")
    AMOUNT = "amount", _("Amount paid")
    PAID_ON = "paid_on", _("Paid on")
    METHOD = "method", _("Paid by")
    REFERENCE = "reference", _("Reference of the payment")
    STARTS_ON = "starts_on", _("Dues from")
    ENDS_ON = "ends_on", _("Dues until")
    ORGANISATION = "organisation", _("Organisation that pays")
    STATUS = "status", _("State of the payment")
    KIND = "kind", _("Kind of payment: only memberships are read")


OF_DUES = {
    *(Field.PLAN, Field.AMOUNT, Field.PAID_ON, Field.METHOD, Field.REFERENCE, Field.STARTS_ON, Field.ENDS_ON),
    *(Field.ORGANISATION, Field.STATUS, Field.KIND),
}

# As people call them; the first column that bears one of these names is taken.
SPELLINGS: dict[Field, str] = {
    Field.EMAIL: "e-mail|email|mail|courriel|adresse mail|adresse e-mail|adresse email|adresse électronique|email adhérent|"
    "e-mail adhérent|mail adhérent|email address|e-mail address",
    Field.NAME: "nom complet|nom et prénom|prénom et nom|adhérent|membre|full name|name|member",
    Field.FIRST: "prénom|prénom adhérent|first name|firstname|given name",
    Field.LAST: "nom|nom de famille|nom adhérent|last name|lastname|surname|family name",
    Field.LANGUAGE: "langue|langue des lettres|language|language of letters",
    Field.SINCE: "membre depuis|adhérent depuis|date d'adhésion|date d'entrée|première adhésion|member since|joined",
    Field.GROUP: "groupe|club local|antenne|section|commission|ville|group|local club|town|city",
    Field.PLAN: "formule|formule d'adhésion|tarif|cotisation|type d'adhésion|type de cotisation|plan|membership|membership type",
    Field.AMOUNT: "montant|montant de l'adhésion|montant de la cotisation|montant payé|montant réglé|amount|amount paid",
    Field.PAID_ON: "réglée le|réglé le|payée le|payé le|date du paiement|date du règlement|date de cotisation|date|paid on|"
    "payment date",
    Field.METHOD: "moyen de paiement|mode de paiement|mode de règlement|moyen de règlement|réglée par|payée par|paid by|"
    "payment method",
    Field.REFERENCE: "référence|référence du paiement|référence du règlement|numéro de chèque|payment reference",
    Field.STARTS_ON: "début|début de la cotisation|date de début|du|start|start date|from",
    Field.ENDS_ON: "fin|fin de la cotisation|date de fin|échéance|au|end|end date|until|expiry",
    Field.ORGANISATION: "organisation|entreprise|société|raison sociale|structure|company|organization|employer",
    Field.STATUS: "statut|état|statut du paiement|état du paiement|status|payment status|state",
}
NAMES = {folded(name): field for field, spelt in SPELLINGS.items() for name in spelt.split("|")}


@dataclass(frozen=True)
class Format:
    """A file whose columns are known, because a machine wrote it: those it always has, and what each is about."""

    label: str | Promise
    has: frozenset[str]
    columns: dict[str, Field]
    better_email: tuple[str, ...] = ()  # columns that the club added, with the member's own address beside the payer's


def _format(label: str | Promise, *, has: str, columns: dict[Field, str], better_email: str) -> Format:
    """Headings as HelloAsso writes them."""
    return Format(
        label,
        frozenset(map(folded, has.split("|"))),
        {folded(heading): field for field, heading in columns.items()},
        tuple(map(folded, better_email.split("|"))),
    )


ASKED = "Email|E-mail|Mail|Courriel|Adresse mail|Adresse e-mail|Email adhérent|E-mail adhérent|Mail adhérent|Email de l'adhérent"
ASKED_BEFORE = "|".join(f"Champ additionnel: {name}" for name in ASKED.split("|"))

HELLOASSO = (
    _format(
        _("HelloAsso, memberships"),
        has="Référence commande|Statut de la commande|Nom adhérent|Prénom adhérent|Tarif",
        columns={
            Field.REFERENCE: "Référence commande",
            Field.PAID_ON: "Date de la commande",
            Field.STATUS: "Statut de la commande",
            Field.LAST: "Nom adhérent",
            Field.FIRST: "Prénom adhérent",
            Field.EMAIL: "Email payeur",
            Field.ORGANISATION: "Raison sociale",
            Field.METHOD: "Moyen de paiement",
            Field.PLAN: "Tarif",
            Field.AMOUNT: "Montant tarif",
        },
        better_email=ASKED,
    ),
    _format(
        _("HelloAsso, memberships, before 2021"),
        has="Numéro|Formule|Montant adhésion|Statut|Nom|Prénom|Date|Email",
        columns={
            Field.REFERENCE: "Numéro",
            Field.PLAN: "Formule",
            Field.AMOUNT: "Montant adhésion",
            Field.STATUS: "Statut",
            Field.METHOD: "Moyen de paiement",
            Field.LAST: "Nom",
            Field.FIRST: "Prénom",
            Field.ORGANISATION: "Société",
            Field.PAID_ON: "Date",
            Field.EMAIL: "Email",
        },
        better_email=ASKED_BEFORE,
    ),
    _format(
        pgettext_lazy("a file", "HelloAsso, payments"),
        has="Référence commande|Référence paiement|Date du paiement|Statut du paiement|Campagne|Type de campagne",
        columns={
            Field.REFERENCE: "Référence commande",
            Field.PAID_ON: "Date du paiement",
            Field.STATUS: "Statut du paiement",
            Field.LAST: "Nom payeur",
            Field.FIRST: "Prénom payeur",
            Field.EMAIL: "Email payeur",
            Field.ORGANISATION: "Raison sociale",
            Field.METHOD: "Moyen de paiement",
            Field.PLAN: "Campagne",
            Field.KIND: "Type de campagne",
            Field.AMOUNT: "Montant du tarif",
        },
        better_email="",
    ),
)


def recognise(header: list[str]) -> Format | None:
    """The export of HelloAsso that this is, or None."""
    here = set(map(folded, header))
    return next((known for known in HELLOASSO if known.has <= here), None)


def guess(header: list[str]) -> dict[int, Field]:
    """Place of a column → what it is about; each thing once, and nothing about the others."""
    known, here = recognise(header), [folded(name) for name in header]
    names = known.columns if known else NAMES
    found: dict[int, Field] = {}
    for place, name in enumerate(here):
        field = names.get(name)
        if field and field not in found.values():
            found[place] = field
    if known:
        _prefer_their_own_address(found, here, known)
    return found


def _prefer_their_own_address(found: dict[int, Field], here: list[str], known: Format) -> None:
    """Somebody may have paid for somebody else: the member's own address comes first where the club asked for it."""
    own = next((place for place, name in enumerate(here) if name in known.better_email and place not in found), None)
    if own is None:
        return
    for place, field in found.items():
        if field == Field.EMAIL:
            found[place] = Field.EMAIL_ELSE
    found[own] = Field.EMAIL
