"""The items that the open unit works on: one object for each row, and who did what beside them."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar
from uuid import UUID

from baocheng.engine.unit import opened
from baocheng.engine.work.enums import ItemState
from baocheng.engine.work.models import Recusal, WorkItem

_ITEMS = "work.items"
_BY_STREAM = "work.items_by_stream"
_DONE = "work.done"
_RECUSED = "work.recused"

Known = TypeVar("Known")


def _memo(name: str) -> dict[UUID, Any]:
    writing = opened()
    known: dict[UUID, Any] = {} if writing is None else writing.memo.setdefault(name, {})
    return known


def items_at_hand() -> dict[UUID, WorkItem]:
    """Return the items that the open unit has opened or locked, by id."""
    return _memo(_ITEMS)


def take_in_hand(items: Iterable[WorkItem]) -> None:
    """Let these objects stand for their rows until the unit ends."""
    at_hand, by_stream = _memo(_ITEMS), _memo(_BY_STREAM)
    for item in items:
        at_hand[item.id] = item
        by_stream.setdefault(item.stream_id, []).append(item)


def at_hand_on(stream_id: UUID) -> list[WorkItem]:
    """Return the items of one stream that the open unit has opened or locked."""
    here: list[WorkItem] = _memo(_BY_STREAM).get(stream_id, [])
    return here


def done_on(stream_id: UUID) -> list[WorkItem]:
    """Return the items completed on a stream, those of the open unit among them."""
    at_hand = at_hand_on(stream_id)
    written = _known(_DONE, stream_id, _read_done)
    fresh = {item.id for item in at_hand}
    return [
        *(item for item in written if item.id not in fresh),
        *(item for item in at_hand if item.state == ItemState.DONE),
    ]


def _read_done(ids: Collection[UUID]) -> dict[UUID, list[WorkItem]]:
    found: dict[UUID, list[WorkItem]] = {}
    for item in WorkItem.objects.filter(stream_id__in=ids, state=ItemState.DONE):
        found.setdefault(item.stream_id, []).append(item)
    return found


def recused_from(stream_id: UUID) -> Collection[str]:
    """Return who is kept out of a stream."""
    return _known(_RECUSED, stream_id, _read_recused)


def _read_recused(ids: Collection[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    rows = Recusal.objects.filter(stream_id__in=ids)
    for stream_id, actor in rows.values_list("stream_id", "actor"):
        found.setdefault(stream_id, []).append(actor)
    return found


def note_recused(stream_id: UUID, actor: str) -> None:
    """Let the open unit know of a recusal that is not written yet."""
    known = _memo(_RECUSED)
    known[stream_id] = [*recused_from(stream_id), actor]


def _known(
    name: str, stream_id: UUID, read: Callable[[Collection[UUID]], dict[UUID, list[Known]]]
) -> list[Known]:
    """Return what is known of a stream, reading it for all streams at hand at once."""
    known = _memo(name)
    if stream_id not in known:
        wanted = ({stream_id} | _memo(_BY_STREAM).keys()) - known.keys()
        found = read(wanted)
        known.update({id: found.get(id, []) for id in wanted})
    answer: list[Known] = known[stream_id]
    return answer
