"""What clocks record themselves. Neither can be edited: the journal keeps them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from baocheng.engine.journal.events import Event, event


@event("clocks.clock.warned.v1")
@dataclass(frozen=True, kw_only=True)
class ClockWarned(Event):
    """时限将至。"""

    clock_id: UUID
    key: str
    name: str
    warning: str
    unit: str
    due_on: date
    due_at: datetime
    escalate_to: str


@event("clocks.clock.breached.v1")
@dataclass(frozen=True, kw_only=True)
class ClockBreached(Event):
    """时限已过。"""

    clock_id: UUID
    key: str
    name: str
    kind: str
    basis: str
    unit: str
    due_on: date
    due_at: datetime
    escalate_to: str
    consequence: str
