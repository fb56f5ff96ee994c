"""Show what is protected, against a reason and an entry in the journal."""

from datetime import datetime

from baocheng.areas.customers.enums import ProtectedField
from baocheng.areas.customers.events import FieldRevealed
from baocheng.areas.customers.models import BankAccount, Party
from baocheng.areas.customers.permissions import REVEAL, require
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor
from baocheng.engine.unit import unit
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

_COLUMNS = {
    ProtectedField.IDENTITY_NUMBER: "identity_number",
    ProtectedField.PHONE: "phone",
    ProtectedField.EMAIL: "email",
    ProtectedField.ADDRESS: "address",
}


class RevealReasonRequired(Problem):
    """Nobody looks without saying why."""

    code = "customers.reveal_reason_required"
    message = _("请填写查看原因，例如“与客户核对收款账户”。")


class NotRevealable(Problem):
    """A party has no such protected field."""

    code = "customers.not_revealable"
    message = _("没有“{field}”这项受保护信息。")


def reveal_field(*, party: Party, field: str, reason: str, by: Actor, at: datetime) -> str:
    """Return a protected field (a `ProtectedField`) of a party in full, and record who looked.

    Raises:
        RevealReasonRequired, NotRevealable: see there.
    """
    _require_reason(reason, by)
    if field not in _COLUMNS:
        raise NotRevealable("field", field=field)
    protected = ProtectedField(field)
    revealed = FieldRevealed(field=protected, label=str(protected.label), reason=reason.strip())
    with unit():
        record(revealed, stream=party.stream, by=by, at=at)
    clear: str = getattr(party, _COLUMNS[protected])
    return clear


def reveal_bank_account(*, account: BankAccount, reason: str, by: Actor, at: datetime) -> str:
    """Return the number of an account in full, and record on its party who looked.

    Raises:
        RevealReasonRequired: see there.
    """
    _require_reason(reason, by)
    protected = ProtectedField.BANK_ACCOUNT
    revealed = FieldRevealed(
        field=protected,
        label=str(protected.label),
        reason=reason.strip(),
        account_id=account.id,
    )
    with unit():
        record(revealed, stream=account.party.stream, by=by, at=at)
    number: str = account.number
    return number


def _require_reason(reason: str, by: Actor) -> None:
    require(by, REVEAL)
    if not reason.strip():
        raise RevealReasonRequired("reason")
