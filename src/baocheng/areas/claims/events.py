"""What happens to a claim."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from baocheng.engine.journal.events import Event, event


@event("claims.claim.reported.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimReported(Event):
    """已报案: somebody asked for payment (赔付请求)."""

    number: str
    kind: str
    line: str
    channel: str
    loss_at: datetime
    cover_status: str
    claimed_amount: Decimal


@event("claims.claim.registered.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimRegistered(Event):
    """已立案."""

    number: str
    line: str
    policy_number: str
    cover_status: str


@event("claims.claim.triaged.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimTriaged(Event):
    """已分流."""

    track: str
    reason: str


@event("claims.claim.documents_received.v1")
@dataclass(frozen=True, kw_only=True)
class DocumentsReceived(Event):
    """收到证明和资料."""

    count: int
    kinds: list[str]
    line: str
    track: str


@event("claims.claim.supplement_requested.v1")
@dataclass(frozen=True, kw_only=True)
class SupplementRequested(Event):
    """一次性通知补充 (保险法第二十二条)."""

    items: list[str]


@event("claims.claim.supplemented.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimSupplemented(Event):
    """补充资料到达."""

    count: int


@event("claims.claim.customer_reminded.v1")
@dataclass(frozen=True, kw_only=True)
class CustomerReminded(Event):
    """已提醒客户补充."""

    items: list[str]


@event("claims.claim.documents_accepted.v1")
@dataclass(frozen=True, kw_only=True)
class DocumentsAccepted(Event):
    """单证审核通过."""

    remark: str


@event("claims.claim.lines_added.v1")
@dataclass(frozen=True, kw_only=True)
class LinesAdded(Event):
    """已补录明细."""

    count: int
    amount: Decimal
    claimed_amount: Decimal


@event("claims.claim.liability_assessed.v1")
@dataclass(frozen=True, kw_only=True)
class LiabilityAssessed(Event):
    """责任已认定."""

    liability: str
    reason: str
    clause: str


@event("claims.claim.calculated.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimCalculated(Event):
    """已理算."""

    sequence: int
    claimed_amount: Decimal
    payable_amount: Decimal
    reductions: dict[str, Decimal]


@event("claims.claim.calculation_confirmed.v1")
@dataclass(frozen=True, kw_only=True)
class CalculationConfirmed(Event):
    """理算已复核."""

    payable_amount: Decimal
    remark: str


@event("claims.claim.approved.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimApproved(Event):
    """核赔同意."""

    amount: Decimal
    is_automatic: bool
    remark: str


@event("claims.claim.refusal_approved.v1")
@dataclass(frozen=True, kw_only=True)
class RefusalApproved(Event):
    """拒赔已审批同意."""

    remark: str


@event("claims.claim.returned.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimReturned(Event):
    """退回重新认定."""

    reason: str


@event("claims.claim.decided.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimDecided(Event):
    """已作出理赔决定并通知."""

    outcome: str
    amount: Decimal
    line: str


@event("claims.claim.refused.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimRefused(Event):
    """拒赔决定 (保险法第二十四条)."""

    reason: str
    clause: str


@event("claims.claim.refusal_notified.v1")
@dataclass(frozen=True, kw_only=True)
class RefusalNotified(Event):
    """拒赔通知书已发出."""

    letter: str


@event("claims.claim.payment_taken_back.v1")
@dataclass(frozen=True, kw_only=True)
class PaymentTakenBack(Event):
    """结案后退票，重新支付."""

    amount: Decimal


@event("claims.claim.recovery_booked.v1")
@dataclass(frozen=True, kw_only=True)
class RecoveryBooked(Event):
    """追偿款已入账."""

    amount: Decimal


@event("claims.claim.visited.v1")
@dataclass(frozen=True, kw_only=True)
class CustomerVisited(Event):
    """已回访."""

    result: str
    remark: str


@event("claims.claim.closed.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimClosed(Event):
    """已结案."""

    outcome: str
    paid_amount: Decimal


@event("claims.claim.reopened.v1")
@dataclass(frozen=True, kw_only=True)
class ClaimReopened(Event):
    """已重开."""

    reason: str


@event("claims.claim.policy_matched.v1")
@dataclass(frozen=True, kw_only=True)
class PolicyMatched(Event):
    """保单已核实."""

    policy_number: str
    cover_status: str
    line: str
