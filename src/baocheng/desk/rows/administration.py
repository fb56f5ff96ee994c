"""Administration (管理): clock, outbox, journal, incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from baocheng.ui.components import Badge, Entry, Field, File, Link, Notice


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
    """The demonstration clock: what it shows, how far it is ahead, what is due next."""

    at: datetime
    ahead: str
    day_kind: str
    advances: Sequence[Advance]
    custom: Field
    upcoming: Sequence[Entry] = ()
    fired: Notice | None = None


@dataclass(frozen=True, kw_only=True)
class OutboxRow:
    """One message that would have left the house."""

    at: datetime
    channel: str
    address: str
    subject: str
    body: str
    state: Badge
    proof: str = ""
    case: str = ""
    case_url: str = ""
    files: Sequence[File] = ()


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


@dataclass(frozen=True, kw_only=True)
class IncidentRow:
    """One step of a process that failed and waits for a retry."""

    case: str
    case_url: str
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
