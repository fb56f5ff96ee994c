"""The tightest deadline of a stream, copied onto its open items so that lists sort by it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from baocheng.engine.streams import Stream
from baocheng.engine.unit import Unit, current, when_writing
from baocheng.engine.work.enums import OPEN_STATES
from baocheng.engine.work.hand import items_at_hand
from baocheng.engine.work.models import WorkItem
from baocheng.engine.work.ports import Port


class Due(NamedTuple):
    """A deadline that runs on a stream; `elements` are the steps it drives, none meaning all."""

    at: datetime
    elements: frozenset[str] = frozenset()


Deadlines = Mapping[Stream, Sequence[Due]]
Source = Callable[[Collection[Stream]], Deadlines]


def _no_clocks(streams: Collection[Stream]) -> Deadlines:
    return {}


_MOVED = "work.moved_deadlines"

_deadlines: Port[Source] = Port(_no_clocks)


def register_deadlines(source: Source) -> None:
    """Let `source` (the clocks) say which deadlines run on streams that get new items."""
    _deadlines.ask = source


def set_deadlines(deadlines: Deadlines) -> None:
    """Give the open items of these streams their tightest deadline, in one statement.

    A stream with no deadline left takes it away. The revision of an item stays: a form that
    somebody is filling does not become stale because a clock was paused.
    """
    for item in items_at_hand().values():
        if item.is_open and item.stream in deadlines:
            item.due_at = _tightest(deadlines[item.stream], item.element)
    current().memo.setdefault(_MOVED, {}).update(deadlines)


@when_writing(_MOVED)
def _follow(writing: Unit) -> None:
    """Bring the written items along, once for everything that moved since the last flush."""
    moved: dict[Stream, Sequence[Due]] = writing.memo.pop(_MOVED, {})
    _update([stream for stream in moved if not writing.is_new(stream.id)], moved)


def date_new(items: Iterable[WorkItem]) -> None:
    """Give items that are about to be written the deadlines already running on their streams."""
    waiting = list(items)
    deadlines = _deadlines.ask({item.stream for item in waiting})
    for item in waiting:
        item.due_at = _tightest(deadlines.get(item.stream, ()), item.element)


def _tightest(dues: Sequence[Due], element: str) -> datetime | None:
    fitting = (due.at for due in dues if not due.elements or element in due.elements)
    return min(fitting, default=None)


def _update(streams: Collection[Stream], deadlines: Deadlines) -> None:
    if not streams:
        return
    rows = [
        (stream.id, element, due.at)
        for stream in streams
        for due in deadlines[stream]
        for element in due.elements or ("",)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE work_item AS item SET due_at = tightest.at FROM ("
            "  SELECT open.id, min(due.at) AS at FROM work_item AS open"
            "  LEFT JOIN unnest(%s::uuid[], %s::text[], %s::timestamptz[])"
            "    AS due(stream_id, element, at)"
            "    ON due.stream_id = open.stream_id AND due.element IN ('', open.element)"
            "  WHERE open.stream_id = ANY(%s) AND open.state = ANY(%s) GROUP BY open.id"
            ") AS tightest"
            " WHERE item.id = tightest.id AND item.due_at IS DISTINCT FROM tightest.at",
            [
                [row[0] for row in rows],
                [row[1] for row in rows],
                [row[2] for row in rows],
                [stream.id for stream in streams],
                list(OPEN_STATES),
            ],
        )
