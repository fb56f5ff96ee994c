"""The page of one claim: narrow head, work in the middle, the truth at the side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.safestring import SafeString

from baocheng.ui.components import (
    Badge,
    Clock,
    ClockMark,
    Entry,
    File,
    Form,
    Link,
    Notice,
    Pair,
    Tab,
)


@dataclass(frozen=True, kw_only=True)
class CaseHead:
    """What never scrolls away."""

    number: str
    url: str
    product: str
    customer: str
    state: Badge
    amount_label: str
    amount: Decimal | None
    ball: Badge
    clock: ClockMark | None = None
    article: str = ""
    actions: Sequence[Link] = ()


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """The frame of every page of a claim; the tab's own value stands beside it as `content`."""

    head: CaseHead
    tabs: Sequence[Tab]
    clocks: Sequence[Clock]
    people: Sequence[Pair]
    cover: Sequence[Pair]
    cover_note: str = ""
    diagram: SafeString | None = None
    diagram_url: str = ""
    position_url: str = ""
    notices: Sequence[Notice] = ()


@dataclass(frozen=True, kw_only=True)
class OpenTask:
    """A task that is open on the claim; with a form when it is this person's to do."""

    name: str
    candidates: str
    assignee: str
    clock: ClockMark | None = None
    form: Form | None = None
    facts: Sequence[Pair] = ()
    advice: Sequence[Notice] = ()
    claim_url: str = ""
    release_url: str = ""
    blocked: str = ""


@dataclass(frozen=True, kw_only=True)
class TasksTab:
    """当前任务."""

    tasks: Sequence[OpenTask]
    waiting: str = ""


@dataclass(frozen=True, kw_only=True)
class DocumentRow:
    """One required or received document (单证)."""

    name: str
    state: Badge
    files: Sequence[File] = ()
    note: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentsTab:
    """单证: the checklist and what came in."""

    rows: Sequence[DocumentRow]
    letters: Sequence[File] = ()
    upload: Form | None = None
    summary: str = ""


@dataclass(frozen=True, kw_only=True)
class Reduction:
    """One step that lessened a line, with its reason code and the formula in words."""

    code: str
    reason: str
    amount: Decimal
    formula: str = ""


@dataclass(frozen=True, kw_only=True)
class SheetLine:
    """One line of the calculation sheet."""

    index: int
    name: str
    coverage: str
    claimed: Decimal
    allowed: Decimal
    paid: Decimal
    reductions: Sequence[Reduction] = ()


@dataclass(frozen=True, kw_only=True)
class SheetStep:
    """One step of the calculation after the lines, in words ("× 80 %")."""

    label: str
    formula: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class SheetTab:
    """理算书, as the paper one reads."""

    lines: Sequence[SheetLine]
    steps: Sequence[SheetStep]
    claimed: Decimal
    allowed: Decimal
    paid: Decimal
    paid_in_words: str
    version: str = ""
    calculated_at: datetime | None = None
    calculated_by: str = ""
    accumulators: Sequence[SheetStep] = ()
    notice: Notice | None = None


@dataclass(frozen=True, kw_only=True)
class DecisionRow:
    """One decision made on the claim, as a sentence with its row."""

    name: str
    at: datetime
    sentence: str
    url: str
    version: str
    inputs: Sequence[Pair] = ()
    outputs: Sequence[Pair] = ()
    rows: str = ""
    is_overridden: bool = False


@dataclass(frozen=True, kw_only=True)
class DecisionsTab:
    """决策."""

    rows: Sequence[DecisionRow]


@dataclass(frozen=True, kw_only=True)
class PaymentRow:
    """One payment instruction."""

    number: str
    payee: str
    account: str
    amount: Decimal
    state: Badge
    instructed_at: datetime | None = None
    paid_on: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentsTab:
    """付款."""

    rows: Sequence[PaymentRow]
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class MessageRow:
    """One message to or from the customer, with the proof of its delivery."""

    at: datetime
    channel: str
    address: str
    subject: str
    body: str
    state: Badge
    is_incoming: bool = False
    is_internal: bool = False
    proof: str = ""
    files: Sequence[File] = ()


@dataclass(frozen=True, kw_only=True)
class MessagesTab:
    """往来: letters, messages and internal notes."""

    rows: Sequence[MessageRow]
    form: Form | None = None


@dataclass(frozen=True, kw_only=True)
class TimelineTab:
    """时间线: the journal of the claim in sentences."""

    entries: Sequence[Entry]
    proof: str = ""
    proof_tone: str = "on-time"
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class DiagramPage:
    """The process of one claim, large, with its position."""

    head: CaseHead
    diagram: SafeString
    name: str
    version: str
    steps: Sequence[Entry]
