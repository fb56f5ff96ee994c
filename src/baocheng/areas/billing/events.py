"""What happens to money. Recorded on the stream that the money belongs to."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from baocheng.engine.journal.events import Event, event


@event("billing.payment.instructed.v1")
@dataclass(frozen=True, kw_only=True)
class PaymentInstructed(Event):
    """已发出支付指令."""

    instruction_id: UUID
    payee_id: UUID
    amount: Decimal
    attempt: int


@event("billing.payment.sent.v1")
@dataclass(frozen=True, kw_only=True)
class PaymentSent(Event):
    """已送银行."""

    instruction_id: UUID
    number: str
    amount: Decimal


@event("billing.payment.paid.v1")
@dataclass(frozen=True, kw_only=True)
class PaymentPaid(Event):
    """已支付."""

    instruction_id: UUID
    amount: Decimal


@event("billing.payment.returned.v1")
@dataclass(frozen=True, kw_only=True)
class PaymentReturned(Event):
    """已退回."""

    instruction_id: UUID
    amount: Decimal
    reason: str


@event("billing.recovery.recorded.v1")
@dataclass(frozen=True, kw_only=True)
class RecoveryRecorded(Event):
    """追偿款已到账."""

    amount: Decimal


@event("billing.payment_file.made.v1")
@dataclass(frozen=True, kw_only=True)
class PaymentFileMade(Event):
    """支付文件已生成."""

    count: int
    total_amount: Decimal
    content_hash: str


@event("billing.acknowledgement.recorded.v1")
@dataclass(frozen=True, kw_only=True)
class AcknowledgementRecorded(Event):
    """回盘已导入."""

    paid_count: int
    returned_count: int
    refused_count: int
    content_hash: str
