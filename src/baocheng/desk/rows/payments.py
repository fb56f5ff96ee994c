"""Payments to the bank (出纳)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from baocheng.ui.components import Form, Notice


@dataclass(frozen=True, kw_only=True)
class WaitingRow:
    """One payment that waits to be sent."""

    payee: str
    amount: Decimal
    instructed_at: datetime
    attempt: int = 1
    has_account: bool = True


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """One file made for the bank, with its control totals."""

    url: str
    made_at: datetime
    made_by: str
    count: int
    total: Decimal
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class PaymentsPage:
    """付款."""

    waiting: Sequence[WaitingRow]
    total: Decimal
    files: Sequence[FileRow]
    acknowledgement: Form | None = None
    notice: Notice | None = None
