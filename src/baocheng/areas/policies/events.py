"""What happens to a policy."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from baocheng.engine.journal.events import Event, event


@event("policies.policy.issued.v1")
@dataclass(frozen=True, kw_only=True)
class PolicyIssued(Event):
    """已承保."""

    number: str
    product: str
    handbook_version: int
    holder_id: UUID
    starts_at: datetime
    ends_at: datetime
    premium_amount: Decimal


@event("policies.policy.endorsed.v1")
@dataclass(frozen=True, kw_only=True)
class PolicyEndorsed(Event):
    """已批改."""

    number: str
    endorsement: str
    starts_at: datetime
    ends_at: datetime
    premium_amount: Decimal
    reason: str


@event("policies.policy.cancelled.v1")
@dataclass(frozen=True, kw_only=True)
class PolicyCancelled(Event):
    """已解除."""

    number: str
    endorsement: str
    cancelled_at: datetime
    refund_amount: Decimal
    reason: str
