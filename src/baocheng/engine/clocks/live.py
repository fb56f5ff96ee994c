"""The clocks that the open unit works on: one object for each row, definitions by event type."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from baocheng.engine.clocks.arithmetic import Standing, standing
from baocheng.engine.clocks.definition import ClockDefinition
from baocheng.engine.clocks.enums import ClockState
from baocheng.engine.clocks.ledger import Entry, Run
from baocheng.engine.clocks.models import Clock
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.versions import handbook
from baocheng.engine.streams import Stream
from baocheng.engine.unit import current
from baocheng.engine.work.deadlines import Due
from baocheng.kernel.calendar import default_calendar

_STREAMS = "clocks.streams"
_ROWS = "clocks.rows"


class Live:
    """A clock in the hands of the open unit: its row, its definition and its run."""

    def __init__(self, row: Clock, definition: ClockDefinition) -> None:
        self.row = row
        self.definition = definition
        self.run = Run.from_json(row.ledger)

    @property
    def standing(self) -> Standing:
        """What the run comes to at present."""
        return standing(self.run, self.definition.warnings, default_calendar())

    @property
    def due(self) -> Due | None:
        """The deadline that runs, None when none does."""
        if self.row.state != ClockState.RUNNING or self.row.due_at is None:
            return None
        return Due(self.row.due_at, self.definition.drives)

    def become(self, run: Run) -> None:
        """Take over a run, and let every column of the row follow from it."""
        self.run = run
        row, now = self.row, self.standing
        row.ledger = run.to_json()
        row.state, row.ball_with = run.state, run.ball_with
        row.limit_length, row.limit_unit = run.limit or (None, None)
        row.started_at, row.stopped_at = run.started_at, run.stopped_at
        row.breached_at = run.breached_at
        deadline = now.deadline
        row.due_on = deadline.due_on if deadline else None
        row.due_at = deadline.due_at if deadline else None
        row.is_provisional = deadline.is_provisional if deadline else False
        row.next_check_at = now.next_check_at

    def add(self, *entries: Entry) -> None:
        """Add entries to the ledger."""
        self.become(self.run.plus(*entries))


FOLLOWING = (
    "ledger",
    "state",
    "ball_with",
    "limit_length",
    "limit_unit",
    "started_at",
    "due_on",
    "due_at",
    "is_provisional",
    "next_check_at",
    "breached_at",
    "stopped_at",
)


def load(streams: Iterable[Stream]) -> Mapping[UUID, list[Live]]:
    """Return the clocks of these streams, reading the unknown ones in one query.

    A run that has ended comes before the one that followed it.
    """
    writing = current()
    known: dict[UUID, list[Live]] = writing.memo.setdefault(_STREAMS, {})
    unknown = {stream.id for stream in streams} - known.keys()
    known.update({id: [] for id in unknown})
    written = [id for id in unknown if not writing.is_new(id)]
    if written:
        # Not locked: whoever else moves these clocks records an event on the same stream, and two
        # such writers meet there and at the revision. Every writer takes items, events and clocks
        # in this order, so none waits for another crosswise.
        rows = Clock.objects.filter(stream_id__in=written)
        for row in rows.order_by("stopped_at", "id"):
            known[row.stream_id].append(live(row))
    return known


def live(row: Clock, definition: ClockDefinition | None = None) -> Live:
    """Return the one object that stands for this row in the open unit."""
    rows: dict[UUID, Live] = current().memo.setdefault(_ROWS, {})
    if row.id not in rows:
        rows[row.id] = Live(row, definition or definition_of(row))
    return rows[row.id]


def definition_of(row: Clock) -> ClockDefinition:
    """Return the definition the clock runs by: that of the version it started under."""
    definition: ClockDefinition = handbook(row.handbook_version).get("clock", row.key)
    return definition


def dues(clocks: Collection[Live]) -> list[Due]:
    """Return the deadlines that run among these clocks."""
    return [due for clock in clocks if (due := clock.due) is not None]


@dataclass
class Listeners:
    """The clocks of one handbook by the types of events that move them."""

    source: Handbook

    @cached_property
    def by_type(self) -> Mapping[str, list[ClockDefinition]]:
        found: dict[str, list[ClockDefinition]] = {}
        for definition in self.source.all("clock"):
            for type in definition.listens_to():
                found.setdefault(type, []).append(definition)
        return found


_listeners: dict[int, Listeners] = {}


def listeners(source: Handbook) -> Mapping[str, list[ClockDefinition]]:
    """Return the clocks of a handbook by event type, worked out once."""
    known = _listeners.get(id(source))
    # The address alone could be taken by another handbook later: the object is held beside it.
    if known is None or known.source is not source:
        while len(_listeners) >= 32:
            _listeners.pop(next(iter(_listeners)))
        known = _listeners[id(source)] = Listeners(source)
    return known.by_type
