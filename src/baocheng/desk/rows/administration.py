"""Administration (管理): clock, outbox, journal, incidents, organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from baocheng.desk.rows.case import MessageRow
from baocheng.ui.components import Entry, Field, Link, Notice


@dataclass(frozen=True, kw_only=True)
class AdministrationPage:
    """The rooms of administration that this person may enter."""

    links: Sequence[Link]


@dataclass(frozen=True, kw_only=True)
class Advance:
    """One button that moves the clock."""

    label: str
    duration: str


@dataclass(frozen=True, kw_only=True)
class ClockPage:
    """The demonstration clock: what it shows, and how it can be moved."""

    at: datetime
    day_kind: str
    advances: Sequence[Advance]
    custom: Field
    fired: Notice | None = None


@dataclass(frozen=True, kw_only=True)
class OutboxRow:
    """One message that left the house, with the case it belongs to."""

    message: MessageRow
    case: Link | None = None


@dataclass(frozen=True, kw_only=True)
class OutboxPage:
    """演示发件箱."""

    rows: Sequence[OutboxRow]
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number with its word."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class JournalPage:
    """The journal: its proof, and the latest of it."""

    figures: Sequence[Figure]
    entries: Sequence[Entry]
    result: Notice | None = None
    more: str = ""
    may_verify: bool = False


@dataclass(frozen=True, kw_only=True)
class IncidentRow:
    """One step of a process that failed and waits for a retry."""

    case: Link
    step: str
    sentence: str
    attempts: int
    failed_at: datetime
    next_at: datetime | None
    trace: str
    retry_url: str


@dataclass(frozen=True, kw_only=True)
class IncidentsPage:
    """流程异常."""

    rows: Sequence[IncidentRow]
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class BranchRow:
    """One branch of the tree; `depth` is how far below the head office."""

    code: str
    name: str
    level: str
    depth: int = 0


@dataclass(frozen=True, kw_only=True)
class StaffRow:
    """One member of staff."""

    number: str
    name: str
    branch: str
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class OrganisationPage:
    """组织: who works where."""

    branches: Sequence[BranchRow]
    staff: Sequence[StaffRow]
