"""What happens to customers. Events name fields, never their content."""

from dataclasses import dataclass
from uuid import UUID

from baocheng.engine.journal.events import Event, event


@event("customers.party.registered.v1")
@dataclass(frozen=True, kw_only=True)
class PartyRegistered(Event):
    """客户已登记."""

    kind: str
    identity_kind: str
    reference: str | None


@event("customers.party.contact_changed.v1")
@dataclass(frozen=True, kw_only=True)
class ContactChanged(Event):
    """联系方式已变更."""

    fields: list[str]
    labels: str


@event("customers.party.bank_account_added.v1")
@dataclass(frozen=True, kw_only=True)
class BankAccountAdded(Event):
    """银行账户已登记."""

    account_id: UUID
    bank: str


@event("customers.party.field_revealed.v1")
@dataclass(frozen=True, kw_only=True)
class FieldRevealed(Event):
    """已查看受保护信息."""

    field: str
    label: str
    reason: str
    account_id: UUID | None = None
