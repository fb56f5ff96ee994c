"""Clocks follow the journal: set-wise, in the transaction that recorded the events."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import connection, models
from django.db.models import Min
from django.db.models.expressions import RawSQL

from baocheng.engine.clocks.definition import OWN_EVENTS, ClockDefinition
from baocheng.engine.clocks.enums import ClockState, Mark
from baocheng.engine.clocks.events import ClockBreached, ClockWarned
from baocheng.engine.clocks.ledger import Entry, Run
from baocheng.engine.clocks.live import FOLLOWING, Live, dues, listeners, live, load
from baocheng.engine.clocks.models import RUNNING, Clock
from baocheng.engine.clocks.reaction import Heard, Reaction, react
from baocheng.engine.journal.events import Recorded, receiver
from baocheng.engine.journal.record import record
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.versions import NothingPublished, handbook, handbook_at
from baocheng.engine.streams import SYSTEM, Stream
from baocheng.engine.unit import current, unit
from baocheng.engine.work.deadlines import Due, set_deadlines
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Conflict
from baocheng.kernel.time import SHANGHAI

_BATCH = 500
_ATTEMPTS = 3
_SHARES = 8
_LOCK = 7153
_BOOKS = "clocks.books"
_SHARE = RawSQL("get_byte(uuid_send(stream_id), 15) %% %s", [_SHARES], models.IntegerField())


@receiver("*")
def follow(recorded: Sequence[Recorded]) -> None:
    """Move the clocks that these events start, pause, resume, change, restart or stop."""
    batch = [one for one in recorded if not one.type.startswith(OWN_EVENTS)]
    if not batch:
        return
    known = load({one.stream for one in batch})
    before = {one.stream: dues(known[one.stream.id]) for one in batch}
    for one in batch:
        _hear(one, known[one.stream.id])
    _tell_work(before, known)


def _hear(one: Recorded, clocks: list[Live]) -> None:
    book = _handbook_of(one, clocks)
    if book is None:
        return
    moving = listeners(book).get(one.type, ())
    if not moving:
        return
    heard = Heard(one.type, vars(one.event), one.at, one.id)
    new = partial(_new, one.stream, book)
    for definition in moving:
        latest = next(
            (clock for clock in reversed(clocks) if clock.row.key == definition.key), None
        )
        if latest is not None:
            _catch_up(latest, one)
        after = react(definition, latest.run if latest else None, heard)
        _take_over(clocks, latest, after, partial(new, definition))


def _handbook_of(one: Recorded, clocks: Iterable[Live]) -> Handbook | None:
    """Return the version a case runs by: the one its open clocks started under, else today's."""
    for clock in clocks:
        if clock.row.state != ClockState.STOPPED:
            return handbook(clock.row.handbook_version)
    books: dict[datetime, Handbook | None] = current().memo.setdefault(_BOOKS, {})
    if one.at not in books:
        books[one.at] = _find_handbook(one.at)
    return books[one.at]


def _find_handbook(at: datetime) -> Handbook | None:
    try:
        return handbook_at(at)
    except NothingPublished:
        return None


def _catch_up(clock: Live, one: Recorded) -> None:
    """Record the breach that lies before this event, where nobody has looked yet."""
    due_at = clock.row.due_at
    if clock.run.breached_at or clock.row.state != ClockState.RUNNING:
        return
    if due_at is not None and due_at <= one.at:
        _breach(clock, one.id)
        _keep(clock)


def _take_over(
    clocks: list[Live], latest: Live | None, after: Reaction, new: Callable[[Run], Live]
) -> None:
    """Let the clocks of the stream become what the event made of one of them."""
    run, begun = after
    if latest is None:
        clocks.extend([] if run is None else [new(run)])
    elif begun is None:
        if run is not None and run is not latest.run:
            latest.become(run)
            _keep(latest)
    elif latest.run.stopped_at or run is None:
        clocks.append(new(begun))
    else:
        # The row goes on with the new run, and what it was is kept as a row of its own: a stream
        # has only one row of a clock that is not stopped.
        clocks.insert(clocks.index(latest), new(run))
        latest.become(begun)
        _keep(latest)


def _new(stream: Stream, book: Handbook, definition: ClockDefinition, run: Run) -> Live:
    assert book.version is not None, "cases run by a published version"
    row = Clock(
        id=new_id(),
        stream_kind=stream.kind,
        stream_id=stream.id,
        key=definition.key,
        kind=definition.kind,
        handbook_version=book.version,
    )
    clock = live(row, definition)
    clock.become(run)
    current().add(row)
    return clock


def _keep(clock: Live) -> None:
    current().change(clock.row, *FOLLOWING)


def _breach(clock: Live, cause: UUID | None) -> None:
    row = clock.row
    assert row.due_on is not None, "only what has a deadline is breached"
    assert row.due_at is not None, "only what has a deadline is breached"
    breached = ClockBreached(
        clock_id=row.id,
        key=row.key,
        name=clock.definition.name,
        kind=row.kind,
        basis=str(clock.definition.basis),
        unit=row.limit_unit or "",
        due_on=row.due_on,
        due_at=row.due_at.astimezone(SHANGHAI),
        escalate_to=clock.definition.escalate_to,
        consequence=clock.definition.breach,
    )
    recorded = record(breached, stream=row.stream, by=SYSTEM, at=row.due_at, cause=cause)
    clock.add(Entry(mark=Mark.BREACHED, at=row.due_at, event=recorded.id))


def _warn(clock: Live, label: str, at: datetime) -> None:
    row = clock.row
    assert row.due_on is not None, "only what has a deadline warns"
    assert row.due_at is not None, "only what has a deadline warns"
    warned = ClockWarned(
        clock_id=row.id,
        key=row.key,
        name=clock.definition.name,
        warning=label,
        unit=row.limit_unit or "",
        due_on=row.due_on,
        due_at=row.due_at.astimezone(SHANGHAI),
        escalate_to=clock.definition.escalate_to,
    )
    recorded = record(warned, stream=row.stream, by=SYSTEM, at=at)
    clock.add(Entry(mark=Mark.WARNED, at=at, event=recorded.id, label=label))


def _tell_work(before: Mapping[Stream, list[Due]], known: Mapping[UUID, list[Live]]) -> None:
    """Let the open items of streams whose deadlines moved follow."""
    after = {stream: dues(known[stream.id]) for stream in before}
    moved = {stream: now for stream, now in after.items() if now != before[stream]}
    if moved:
        set_deadlines(moved)


def check_due(*, at: datetime, limit: int = _BATCH) -> int:
    """Record the warnings and breaches that fell due by `at`; return how many clocks had some.

    Workers share the load by streams: each takes a share that no other is looking at. Call again
    while the answer is not 0.

    Raises:
        Conflict: other writers on the same streams were faster, several times over.
    """
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return _check(at, limit)
        except Conflict:
            continue
    return _check(at, limit)


def _check(at: datetime, limit: int) -> int:
    with unit():
        share = _free_share(at)
        if share is None:
            return 0
        due = Clock.objects.filter(RUNNING, next_check_at__lte=at).annotate(share=_SHARE)
        rows = list(due.filter(share=share).order_by("next_check_at")[:limit])
        for row in rows:
            clock = live(row)
            checks = [(moment, label) for moment, label in clock.standing.checks if moment <= at]
            if any(not label for _moment, label in checks):
                _breach(clock, None)
            else:
                for moment, label in checks:
                    _warn(clock, label, moment)
            _keep(clock)
    return len(rows)


def _free_share(at: datetime) -> int | None:
    """Take a share of the streams that has something due and that no other worker has.

    Shares are held by advisory locks and not by locking the rows: a person's operation writes its
    events before its clocks, and would wait crosswise for a worker that locked the clocks first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT share FROM (SELECT DISTINCT get_byte(uuid_send(stream_id), 15) %% %s AS share"
            "  FROM (SELECT stream_id FROM clocks_clock WHERE state = %s AND next_check_at <= %s"
            "    ORDER BY next_check_at LIMIT %s) AS due) AS shares"
            " WHERE pg_try_advisory_xact_lock(%s, share) LIMIT 1",
            [_SHARES, ClockState.RUNNING, at, _BATCH * _SHARES, _LOCK],
        )
        row = cursor.fetchone()
    return row and int(row[0])


def next_due() -> datetime | None:
    """Return the next moment at which `check_due` will have something to do."""
    moment: datetime | None = Clock.objects.filter(RUNNING).aggregate(next=Min("next_check_at"))[
        "next"
    ]
    return moment


def recount_provisional(*, limit: int = _BATCH) -> int:
    """Count again the deadlines that waited for a holiday notice; return how many moved.

    To be called once after the calendar table has learned a year.
    """
    moved, after = 0, UUID(int=0)
    while True:
        with unit():
            rows = Clock.objects.filter(RUNNING, is_provisional=True, id__gt=after).order_by("id")[
                :limit
            ]
            taken = [live(row) for row in rows]
            moved += _recount(taken)
        if len(taken) < limit:
            return moved
        after = taken[-1].row.id


def _recount(clocks: Sequence[Live]) -> int:
    changed = []
    for clock in clocks:
        row = clock.row
        before = row.due_at, row.is_provisional
        clock.become(clock.run)
        if (row.due_at, row.is_provisional) != before:
            _keep(clock)
            changed.append(row.stream)
    if changed:
        known = load(changed)
        set_deadlines({stream: dues(known[stream.id]) for stream in changed})
    return len(changed)
