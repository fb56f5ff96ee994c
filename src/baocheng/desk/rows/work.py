"""Lists of work: my worklist, all claims, approvals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from baocheng.ui.components import Badge, Choice, ClockMark, Form, Link, Notice, Tab


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One filter of a list, kept in the address."""

    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True, kw_only=True)
class WorkRow:
    """One task of a worklist; `ball` says who has to act."""

    id: str
    url: str
    number: str
    product: str
    customer: str
    task: str
    clock: ClockMark
    ball: Badge
    amount: Decimal | None
    assignee: str
    claim_url: str = ""


@dataclass(frozen=True, kw_only=True)
class WorklistPage:
    """我的待办: tightest clock first. `more` is the address of the next page."""

    tabs: Sequence[Tab]
    filters: Sequence[Filter]
    rows: Sequence[WorkRow]
    query: str | None = None
    more: str = ""
    is_filtered: bool = False
    export_url: str = ""
    bulk_claim_url: str = ""


@dataclass(frozen=True, kw_only=True)
class ClaimRow:
    """One claim (赔案) of the list of claims."""

    url: str
    number: str
    product: str
    customer: str
    state: Badge
    lost_on: str
    reported_at: datetime
    reported_amount: Decimal | None
    paid_amount: Decimal | None


@dataclass(frozen=True, kw_only=True)
class ClaimListPage:
    """案件: every claim that this person may see."""

    tabs: Sequence[Tab]
    filters: Sequence[Filter]
    rows: Sequence[ClaimRow]
    query: str = ""
    more: str = ""
    is_filtered: bool = False
    report_url: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalRow:
    """One decision that waits for a second pair of eyes.

    `limit` is the approver's authority; `batch` is the key of those so alike that they may be
    approved together, empty when it must be read alone, for the reason in `alone`.
    """

    id: str
    url: str
    number: str
    product: str
    customer: str
    kind: Badge
    amount: Decimal | None
    limit: Decimal | None
    assignee: str
    clock: ClockMark
    batch: str = ""
    alone: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalsPage:
    """审批."""

    tabs: Sequence[Tab]
    rows: Sequence[ApprovalRow]
    more: str = ""
    preview_url: str = ""


@dataclass(frozen=True, kw_only=True)
class BulkLine:
    """What exactly will happen to one row; `problem` when it will not."""

    id: str
    number: str
    effect: str
    amount: Decimal | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class BulkPreview:
    """The dialog before a bulk action."""

    title: str
    action: str
    submit: str
    lines: Sequence[BulkLine]
    total: Decimal | None = None
    reason_label: str = ""
    notice: Notice | None = None

    @property
    def feasible(self) -> Sequence[BulkLine]:
        """The lines that will happen."""
        return [line for line in self.lines if not line.problem]


@dataclass(frozen=True, kw_only=True)
class ReportPage:
    """报案登记: a form, with what the system noticed while it was filled in."""

    form: Form
    help: str = ""
    hints: Sequence[Notice] = ()
    similar: Sequence[Link] = ()
