"""What a cell says: a day, an amount, a means of payment. Each raises Refused with a sentence about the cell."""

import re
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from members.importing.reading import folded
from members.models import Dues, Member
from members.models.member import fold_email
from members.refusals import Refused

LONGEST_EMAIL, LONGEST_NAME, LONGEST_REFERENCE = 254, 120, 80
DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d/%m/%y")
YEARS = range(1900, 2101)
MOST = Decimal("999999.99")


def _folded(spellings: str) -> frozenset[str]:
    return frozenset(map(folded, spellings.split("|")))


METHODS = {
    Dues.Method.TRANSFER: _folded("virement|virement bancaire|transfer|bank transfer|sepa|prélèvement"),
    Dues.Method.CHEQUE: _folded("chèque|chèque bancaire|cheque|check"),
    Dues.Method.CASH: _folded("espèces|liquide|cash"),
    Dues.Method.CARD: _folded("carte|carte bancaire|cb|card|terminal"),
    Dues.Method.PAGE: _folded("en ligne|page de paiement|helloasso|paypal|stripe|online|payment page"),
}
PAID = _folded(
    "validé|validée|payé|payée|hors ligne|réglé|réglée|encaissé|encaissée|enregistré|oui|processed|authorized|registered|paid|yes"
)
NOT_PAID = _folded(
    "annulé|annulée|remboursé|remboursée|refusé|refusée|en attente|contesté|contestée|abandonné|abandonnée|impayé|impayée|"
    "non payé|non payée|à payer|non|canceled|cancelled|refunded|refused|pending|contested|unpaid|no"
)
MEMBERSHIPS = _folded("adhésion|adhésions|cotisation|cotisations|membership|memberships")
LANGUAGES = {
    Member.Language.FRENCH: _folded("fr|fra|français|french"),
    Member.Language.ENGLISH: _folded("en|eng|anglais|english"),
}


def email(text: str) -> str:
    address = fold_email(text)
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if not address or len(address) > LONGEST_EMAIL:
        raise Refused(_("“%(text)s” is no e-mail address.") % {"text": text[:80]}, code="email")
    return address


def name(text: str) -> str:
    spelt = " ".join(text.split())
    if len(spelt) > LONGEST_NAME:
        raise Refused(_("A name has %(most)s characters at most.") % {"most": LONGEST_NAME}, code="long")
    return spelt


def name_of(first: str, last: str) -> str:
    """« Marie Le Goff » of MARIE and LE GOFF: forms are filled in capitals more often than people are called so."""
    return name(f"{_calm(first)} {_calm(last)}")


def _calm(text: str) -> str:
    is_loud = text.isupper() and len(text) > 1
    return re.sub(r"\w+", lambda word: word[0].capitalize(), text) if is_loud or text.islower() else text


def day(text: str) -> date:
    """French spellings and that of machines; the hour that follows is of no use here."""
    written = re.split(r"[\sT]", text.strip(), maxsplit=1)[0]
    for spelling in DAYS:
        try:
            found = datetime.strptime(written, spelling).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
        if found.year in YEARS:
            return found
    raise Refused(_("“%(text)s” is no day: write it 31/12/2026 or 2026-12-31.") % {"text": text[:40]}, code="day")


def amount(text: str) -> Decimal:
    """« 1 060,00 € », 20.00 and 20 alike."""
    written = re.sub(r"[\s\u00a0\u202f€]|EUR", "", text)
    if "," in written and written.rfind(",") > written.rfind("."):
        written = written.replace(".", "").replace(",", ".")
    else:
        written = written.replace(",", "")
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", written) or Decimal(written) > MOST:
        raise Refused(_("“%(text)s” is no amount in euros.") % {"text": text[:40]}, code="amount")
    return Decimal(written).quantize(Decimal("0.01"))


def method(text: str, *, is_helloasso: bool) -> str:
    """A card at HelloAsso is its payment page; a cheque that was noted there stays a cheque."""
    for known, spellings in METHODS.items():
        if folded(text) in spellings:
            return Dues.Method.PAGE if is_helloasso and known == Dues.Method.CARD else known
    raise Refused(
        _("“%(text)s” is no way to pay that the club knows: transfer, cheque, cash, card or payment page.") % {"text": text[:40]},
        code="method",
    )


def is_paid(text: str) -> bool:
    if folded(text) in PAID:
        return True
    if folded(text) in NOT_PAID:
        return False
    raise Refused(_("“%(text)s” says neither that it is paid nor that it is not.") % {"text": text[:40]}, code="status")


def is_membership(text: str) -> bool:
    return folded(text) in MEMBERSHIPS


def language(text: str) -> str:
    for code, spellings in LANGUAGES.items():
        if folded(text) in spellings:
            return code
    raise Refused(_("“%(text)s” is no language of the club: fr or en.") % {"text": text[:40]}, code="language")


def reference(text: str, *, is_helloasso: bool) -> str:
    spelt = " ".join(text.split())
    if spelt and is_helloasso:
        spelt = f"HelloAsso {spelt}"
    if len(spelt) > LONGEST_REFERENCE:
        raise Refused(_("A reference has %(most)s characters at most.") % {"most": LONGEST_REFERENCE}, code="long")
    return spelt
