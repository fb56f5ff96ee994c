"""Read worklists: the tightest deadline first, a page at a time, never counting a whole table."""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual

from baocheng.engine.streams import Actor, Stream
from baocheng.engine.work.enums import OPEN_STATES, ItemState, Party, Reach
from baocheng.engine.work.items import is_below, is_in_reach
from baocheng.engine.work.models import NEVER, ByDeadline, Recusal, WorkItem
from baocheng.engine.work.permissions import ASSIGN_ITEM
from baocheng.engine.work.separation import is_recused
from baocheng.kernel.problems import NotFound, NotPermitted, Problem
from baocheng.kernel.text import _

PAGE = 50


class InvalidCursor(Problem):
    """The cursor was not made by this list."""

    code = "work.invalid_cursor"
    message = _("翻页位置无效，请从第一页重新查看。")


@dataclass(frozen=True, kw_only=True)
class WorklistFilter:
    """What a list is narrowed to; what is left empty does not narrow."""

    reach: Reach = Reach.MINE_AND_POOL
    branch: str = ""
    role: str = ""
    queue: str = ""
    stream_kind: str = ""
    process: str = ""
    element: str = ""
    ball_with: Party | None = None
    due_before: datetime | None = None


class Cursor(NamedTuple):
    """The last item of a page: the next page begins behind it."""

    due_at: datetime
    id: UUID

    def __str__(self) -> str:
        text = f"{self.due_at.astimezone(UTC).isoformat()} {self.id}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Read a cursor back.

        Raises:
            InvalidCursor: it is none.
        """
        try:
            clear = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
            due_at, id = clear.split(" ")
            moment = datetime.fromisoformat(due_at)
            if moment.tzinfo is None:
                raise ValueError(due_at)
            return cls(moment, UUID(id))
        except ValueError:
            raise InvalidCursor("after") from None


class Page(NamedTuple):
    """One page of a worklist; `after` is the cursor of the next one, "" at the end."""

    items: list[WorkItem]
    after: str


def worklist(
    actor: Actor, filter: WorklistFilter | None = None, *, after: str = "", limit: int = PAGE
) -> Page:
    """Return a page of the items that `actor` has in hand or may take, tightest deadline first.

    Raises:
        InvalidCursor: `after` was not returned by this list.
        NotPermitted: a team's list, without the permission to assign.
    """
    cursor = Cursor.read(after) if after else None
    rows = _merged(actor, filter or WorklistFilter(), cursor, limit + 1)
    items, more = rows[:limit], len(rows) > limit
    last = items[-1] if more else None
    return Page(items, str(Cursor(last.due_at or NEVER, last.id)) if last else "")


class Count(NamedTuple):
    """How many, up to a bound; written "99+" when there are more."""

    number: int
    is_more: bool

    def __str__(self) -> str:
        return f"{self.number}+" if self.is_more else str(self.number)


def count_worklist(
    actor: Actor, filter: WorklistFilter | None = None, *, at_most: int = 99
) -> Count:
    """Return how many items the list has, never looking at more than `at_most` and one."""
    counted = sum(
        # In the order of the index, so that the planner reads it and stops at the bound.
        _behind(stretch, None)[: at_most + 1].count()
        for stretch in _stretches(actor, filter or WorklistFilter())
    )
    return Count(min(counted, at_most), counted > at_most)


def _merged(
    actor: Actor, filter: WorklistFilter, cursor: Cursor | None, limit: int
) -> list[WorkItem]:
    """Read each stretch in the order of its index, and merge them."""
    parts = [_behind(stretch, cursor)[:limit] for stretch in _stretches(actor, filter)]
    if not parts:
        return []
    if len(parts) == 1:
        return list(parts[0])
    return list(parts[0].union(*parts[1:], all=True).order_by("sorts_at", "id")[:limit])


def _behind(stretch: QuerySet[WorkItem], cursor: Cursor | None) -> QuerySet[Any]:
    rows = stretch.annotate(sorts_at=ByDeadline()).order_by("sorts_at", "id")
    if cursor is None:
        return rows
    # The index is entered by the first condition; the second skips equals already shown.
    later = GreaterThan(ByDeadline(), cursor.due_at)
    return rows.filter(GreaterThanOrEqual(ByDeadline(), cursor.due_at), later | Q(id__gt=cursor.id))


def _stretches(actor: Actor, filter: WorklistFilter) -> list[QuerySet[WorkItem]]:
    """Return the parts of the list, each one stretch of one index."""
    rows = _narrowed(filter).exclude(
        Exists(Recusal.objects.filter(stream_id=OuterRef("stream_id"), actor=actor.id))
    )
    branch = filter.branch or actor.branch
    if not is_below(branch, actor.branch):
        raise NotPermitted
    if filter.reach == Reach.TEAM:
        if not actor.may(ASSIGN_ITEM):
            raise NotPermitted
        return [rows.filter(branch=branch, state__in=OPEN_STATES)]
    stretches = []
    if filter.reach != Reach.POOL:
        stretches.append(rows.filter(assignee=actor.id, state=ItemState.CLAIMED))
    if filter.reach != Reach.MINE:
        mine = Q(candidates=[]) | Q(candidates__contains=[actor.id])
        pool = rows.filter(mine, branch=branch, state=ItemState.OPEN)
        roles = actor.roles & {filter.role} if filter.role else actor.roles
        stretches.extend(pool.filter(role=role) for role in sorted(roles))
    return stretches


def _narrowed(filter: WorklistFilter) -> QuerySet[WorkItem]:
    wanted = {
        "role": filter.role,
        "queue": filter.queue,
        "stream_kind": filter.stream_kind,
        "process": filter.process,
        "element": filter.element,
        "ball_with": filter.ball_with,
        "due_at__lt": filter.due_before,
    }
    return WorkItem.objects.filter(**{name: value for name, value in wanted.items() if value})


def get_item_for(actor: Actor, item_id: UUID) -> WorkItem:
    """Return the item if `actor` has, had or may take it, or leads the team that it is with.

    Raises:
        NotFound: there is none, or this person may not know that there is.
    """
    item = WorkItem.objects.filter(pk=item_id).first()
    if item is None or is_recused(item.stream, actor.id, actor.on_behalf_of):
        raise NotFound("item")
    is_own = item.assignee in (actor.id, actor.on_behalf_of or actor.id)
    leads = actor.may(ASSIGN_ITEM) and is_below(item.branch, actor.branch)
    if not (is_own or leads or is_in_reach(item, actor)):
        raise NotFound("item")
    return item


def items_of(stream: Stream) -> list[WorkItem]:
    """Return every item of the stream, oldest first."""
    return list(WorkItem.objects.filter(stream_id=stream.id).order_by("opened_at", "id"))


def open_items_of(streams: Collection[Stream]) -> dict[Stream, list[WorkItem]]:
    """Return the items of these streams that wait for somebody, oldest first."""
    rows = WorkItem.objects.filter(
        stream_id__in={stream.id for stream in streams}, state__in=OPEN_STATES
    )
    found: dict[Stream, list[WorkItem]] = {stream: [] for stream in streams}
    for row in rows.order_by("opened_at", "id"):
        found[row.stream].append(row)
    return found
