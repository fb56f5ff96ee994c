"""Who may not: the maker does not approve, and a recused person is kept out altogether."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Q

from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import opened
from baocheng.engine.work.enums import ItemState
from baocheng.engine.work.models import Recusal, WorkItem
from baocheng.kernel.problems import NotPermitted
from baocheng.kernel.text import _

ITEMS = "work.items"


class FourEyes(NotPermitted):
    """The same person did what is to be checked."""

    code = "work.four_eyes"
    message = _("经办人与复核人不能是同一人：您已经办过“{title}”，请由他人办理。")


def require_four_eyes(
    stream: Stream, made_in: Collection[str], by: Actor, *, makers: Collection[str] = ()
) -> None:
    """Refuse when `by`, or whom they act for, did one of these elements or forms on the stream.

    Args:
        made_in: ids of elements or forms whose doer may not go on.
        makers: further actors who count as makers (who reported the case, who asked for payment).

    Raises:
        FourEyes: they did.
    """
    persons = {by.id, by.on_behalf_of} - {""}
    if persons.intersection(makers):
        raise FourEyes(detail=_("申请人不能办理自己的申请，请由他人办理。"))
    for item in _done([stream.id], made_in):
        if persons & _doers(item):
            raise FourEyes(title=item.title)


def makers_of(items: Iterable[WorkItem]) -> dict[UUID, set[str]]:
    """Return, by the id of each item, who made what it is to check."""
    separated = [item for item in items if item.separate_from]
    made_in = {name for item in separated for name in item.separate_from}
    done: dict[UUID, list[WorkItem]] = {item.stream_id: [] for item in separated}
    for one in _done(done.keys(), made_in):
        done[one.stream_id].append(one)
    return {
        item.id: {
            doer
            for one in done[item.stream_id]
            if _was_done_in(one, item.separate_from)
            for doer in _doers(one)
        }
        for item in separated
    }


def _done(stream_ids: Collection[UUID], made_in: Collection[str]) -> list[WorkItem]:
    """Return the items of these elements or forms that were completed on these streams."""
    if not made_in:
        return []
    here = [item for item in items_at_hand().values() if item.stream_id in stream_ids]
    written = WorkItem.objects.filter(
        Q(element__in=made_in) | Q(form__in=made_in),
        stream_id__in=stream_ids,
        state=ItemState.DONE,
    ).exclude(pk__in=[item.pk for item in here])
    fresh = [item for item in here if item.state == ItemState.DONE and _was_done_in(item, made_in)]
    return [*written, *fresh]


def _was_done_in(item: WorkItem, made_in: Collection[str]) -> bool:
    return item.element in made_in or item.form in made_in


def _doers(item: WorkItem) -> set[str]:
    return {item.completed_by, item.completed_on_behalf_of} - {""}


def items_at_hand() -> dict[UUID, WorkItem]:
    """Return the items that the open unit has opened or locked, by id."""
    writing = opened()
    at_hand: dict[UUID, WorkItem] = {} if writing is None else writing.memo.setdefault(ITEMS, {})
    return at_hand


def is_recused(stream: Stream, *actors: str) -> bool:
    """Tell whether one of these actors is kept out of the stream."""
    return Recusal.objects.filter(stream_id=stream.id, actor__in=actors).exists()


def recused(streams: Iterable[Stream]) -> dict[UUID, set[str]]:
    """Return who is kept out of these streams, by the id of the stream."""
    found: dict[UUID, set[str]] = {}
    rows = Recusal.objects.filter(stream_id__in={stream.id for stream in streams})
    for stream_id, actor in rows.values_list("stream_id", "actor"):
        found.setdefault(stream_id, set()).add(actor)
    return found
