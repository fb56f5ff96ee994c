"""Who may not: the maker does not approve, and a recused person is kept out altogether."""

from collections.abc import Collection

from baocheng.engine.streams import Actor, Stream
from baocheng.engine.work.hand import done_on, recused_from
from baocheng.engine.work.models import WorkItem
from baocheng.kernel.problems import NotPermitted
from baocheng.kernel.text import _


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
    for item in _done_in(stream, made_in):
        if persons & _doers(item):
            raise FourEyes(title=item.title)


def makers_of(item: WorkItem) -> set[str]:
    """Return who made what the item is to check."""
    return {doer for done in _done_in(item.stream, item.separate_from) for doer in _doers(done)}


def _done_in(stream: Stream, made_in: Collection[str]) -> list[WorkItem]:
    if not made_in:
        return []
    return [one for one in done_on(stream.id) if one.element in made_in or one.form in made_in]


def _doers(item: WorkItem) -> set[str]:
    return {item.completed_by, item.completed_on_behalf_of} - {""}


def is_recused(stream: Stream, *actors: str) -> bool:
    """Tell whether one of these actors is kept out of the stream."""
    return not set(recused_from(stream.id)).isdisjoint(actors)
