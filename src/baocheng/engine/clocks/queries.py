"""Read clocks: the stack of a case, and the tightest deadline of many."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from baocheng.engine.clocks.arithmetic import deadline_of, explain, used_share
from baocheng.engine.clocks.definition import Basis, ClockDefinition
from baocheng.engine.clocks.enums import ClockKind, ClockState
from baocheng.engine.clocks.ledger import Run
from baocheng.engine.clocks.live import dues, load
from baocheng.engine.clocks.models import RUNNING, Clock
from baocheng.engine.clocks.wording import (
    Line,
    arithmetic_in_words,
    limit_in_words,
    remaining_in_words,
)
from baocheng.engine.journal.events import event_types
from baocheng.engine.publishing.versions import handbook
from baocheng.engine.streams import Stream
from baocheng.engine.work.deadlines import Due
from baocheng.engine.work.enums import Party
from baocheng.kernel.calendar import default_calendar


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """One clock of a case, as pages and the API show it.

    `used` is the share of the limit that is used, 0 to 100. `waits_for` says what a clock that is
    paused or not started waits for. `due_on` is the last day in time, `due_at` the first moment
    too late.
    """

    id: UUID
    stream: Stream
    key: str
    name: str
    kind: ClockKind
    basis: Basis
    tier: str
    limit: str
    state: ClockState
    ball_with: Party
    waits_for: str
    started_at: datetime | None
    due_on: date | None
    due_at: datetime | None
    is_provisional: bool
    remaining: str
    used: int
    is_late: bool
    is_soon: bool
    breached_at: datetime | None
    stopped_at: datetime | None
    arithmetic: Sequence[Line]
    escalate_to: str
    breach: str
    drives: frozenset[str]


_RANK = {
    ClockState.RUNNING: 0,
    ClockState.PAUSED: 1,
    ClockState.PENDING: 2,
    ClockState.STOPPED: 3,
}


def clock_stack(stream: Stream, *, at: datetime) -> list[ClockView]:
    """Return the clocks that concern the stream as they stand at `at`, the tightest first.

    Clocks that run come by deadline, then those that are paused, not started, and stopped.
    """
    return clock_stacks([stream], at=at)[stream]


def clock_stacks(
    streams: Collection[Stream], *, at: datetime, is_explained: bool = True
) -> dict[Stream, list[ClockView]]:
    """Return the clock stack of each of these streams, read in one query for all."""
    rows = list(Clock.objects.filter(stream_id__in={stream.id for stream in streams}))
    books = {version: handbook(version) for version in {row.handbook_version for row in rows}}
    found: dict[Stream, list[ClockView]] = {stream: [] for stream in streams}
    for row in rows:
        run = Run.from_json(row.ledger)
        if run.is_opened:
            definition = books[row.handbook_version].get("clock", row.key)
            view = _view(row, run, definition, at, is_explained=is_explained)
            found[row.stream].append(view)
    for stack in found.values():
        stack.sort(key=lambda one: (_RANK[one.state], one.due_at or one.stopped_at or at, one.id))
    return found


def _view(
    row: Clock, run: Run, definition: ClockDefinition, at: datetime, *, is_explained: bool
) -> ClockView:
    calendar = default_calendar()
    deadline = deadline_of(run, calendar)
    share = used_share(run, at, calendar)
    is_open = run.state is not ClockState.STOPPED
    lines = arithmetic_in_words(run, explain(run, at, calendar)) if is_explained else []
    return ClockView(
        id=row.id,
        stream=row.stream,
        key=row.key,
        name=definition.name,
        kind=definition.kind,
        basis=definition.basis,
        tier=run.tier,
        limit=limit_in_words(run.limit),
        state=run.state,
        ball_with=run.ball_with,
        waits_for=_waits_for(run, definition),
        started_at=run.started_at,
        due_on=deadline.due_on if deadline else None,
        due_at=deadline.due_at if deadline else None,
        is_provisional=deadline.is_provisional if deadline else False,
        remaining=remaining_in_words(run, deadline, at, calendar),
        used=int(share * 100),
        is_late=_is_late(run, row, at),
        is_soon=is_open and bool(run.warned) and not _is_late(run, row, at),
        breached_at=run.breached_at,
        stopped_at=run.stopped_at,
        arithmetic=lines,
        escalate_to=definition.escalate_to,
        breach=definition.breach,
        drives=definition.drives,
    )


def _waits_for(run: Run, definition: ClockDefinition) -> str:
    """Say what a clock that stands still, or has not started, waits for."""
    if run.state is ClockState.PAUSED:
        return definition.pauses_on[int(list(run.open_pauses)[-1])].waits_for
    if run.state is not ClockState.PENDING:
        return ""
    missing = [
        group[0].event
        for number, group in enumerate(definition.starts_on)
        if str(number) not in run.met
    ]
    known = event_types()
    return "、".join((known[type].__doc__ or type).strip("。") for type in missing if type in known)


def _is_late(run: Run, row: Clock, at: datetime) -> bool:
    if run.breached_at:
        return True
    # The deadline may have passed a moment ago, before anybody looked.
    return run.state is ClockState.RUNNING and row.due_at is not None and row.due_at <= at


def find_clock(stream: Stream, key: str) -> Clock | None:
    """Return the latest run of this clock on the stream, None where it never ran."""
    runs = Clock.objects.filter(stream_id=stream.id, key=key)
    return runs.order_by(F("stopped_at").desc(nulls_first=True)).first()


def tightest_deadlines(streams: Collection[Stream]) -> dict[Stream, datetime]:
    """Return the earliest deadline that runs on each of these streams, where one does."""
    rows = Clock.objects.filter(
        RUNNING, stream_id__in={stream.id for stream in streams}, due_at__isnull=False
    )
    found: dict[Stream, datetime] = {}
    for row in rows.order_by("-due_at"):
        if row.due_at is not None:
            found[row.stream] = row.due_at
    return found


def running_deadlines(streams: Collection[Stream]) -> Mapping[Stream, Sequence[Due]]:
    """Return what runs on these streams, as the open unit has left it, for items just opened."""
    known = load(streams)
    return {stream: dues(known[stream.id]) for stream in streams}
