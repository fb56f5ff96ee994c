"""Open, hand out, hand back, complete and cancel work items."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from baocheng.engine.journal.events import to_json
from baocheng.engine.journal.record import record
from baocheng.engine.streams import SYSTEM, Actor, Stream
from baocheng.engine.unit import Unit, before_writing, current, unit
from baocheng.engine.work import assignment, deadlines
from baocheng.engine.work.assignment import Person, Place
from baocheng.engine.work.enums import OPEN_STATES, Assignment, ItemState, Party
from baocheng.engine.work.events import ItemAssigned, ItemCompleted, ItemReleased
from baocheng.engine.work.hand import at_hand_on, items_at_hand, recused_from, take_in_hand
from baocheng.engine.work.models import Draft, WorkItem
from baocheng.engine.work.permissions import ASSIGN_ITEM
from baocheng.engine.work.separation import is_recused, makers_of, require_four_eyes
from baocheng.kernel.problems import Conflict, NotFound, NotPermitted, Problem
from baocheng.kernel.text import _

_NEW = "work.new"
_COMPLETED = "work.completed"


class Stale(Conflict):
    """The item was changed since the form was shown."""

    code = "work.stale"
    message = _("任务“{title}”已被他人更新，请刷新核对后再提交。")


class AlreadyDone(Conflict):
    """The item was completed before."""

    code = "work.already_done"
    message = _("任务“{title}”已经完成，不能重复提交。")


class Cancelled(Conflict):
    """The process went on without the item."""

    code = "work.cancelled"
    message = _("任务“{title}”已取消，无需办理。")


class AlreadyClaimed(Conflict):
    """Somebody else has the item in hand."""

    code = "work.already_claimed"
    message = _("任务“{title}”已由 {assignee} 领取。")


class NotYours(NotPermitted):
    """The item is not in this person's hands, nor in a pool they may take from."""

    code = "work.not_yours"
    message = _("任务“{title}”不由您办理。")


class NotEligible(Problem):
    """The person picked may not do this item."""

    code = "work.not_eligible"
    message = _("任务“{title}”不能分派给 {name}：不具备所需的岗位。")
    recused = _("任务“{title}”不能分派给 {name}：该人员须回避本案。")
    maker = _("任务“{title}”不能分派给 {name}：经办人与复核人不能是同一人。")
    not_listed = _("任务“{title}”不能分派给 {name}：不在候选人之列。")


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """A human task to open. `summary` is what lists show of the case, already masked.

    `separate_from` names elements or forms of the stream whose doers may not do this one.
    """

    stream: Stream
    title: str
    role: str
    branch: str
    form: str = ""
    process: str = ""
    element: str = ""
    token_id: UUID | None = None
    handbook_version: int | None = None
    queue: str = ""
    candidates: Sequence[str] = ()
    separate_from: Sequence[str] = ()
    assignment: Assignment = Assignment.POOL
    ball_with: Party = Party.US
    priority: int = 0
    amount: Decimal | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)


def open_items(new: Iterable[NewItem], *, at: datetime) -> list[WorkItem]:
    """Open these items in the current unit.

    Their pool, their deadline and, where the item asks for it, the least loaded person are found
    for all of them together when the unit is written.
    """
    writing, opened = current(), []
    for one in new:
        item = _open(one, at)
        writing.add(item)
        take_in_hand([item])
        writing.memo.setdefault(_NEW, []).append((item, one.assignment))
        opened.append(item)
    return opened


def _open(new: NewItem, at: datetime) -> WorkItem:
    return WorkItem(
        stream_kind=new.stream.kind,
        stream_id=new.stream.id,
        token_id=new.token_id,
        process=new.process,
        element=new.element,
        form=new.form,
        handbook_version=new.handbook_version,
        title=new.title,
        role=new.role,
        branch=new.branch,
        queue=new.queue,
        candidates=list(new.candidates),
        separate_from=list(new.separate_from),
        ball_with=new.ball_with,
        priority=new.priority,
        amount=new.amount,
        summary=to_json(new.summary),
        opened_at=at,
    )


@before_writing
def _settle_new(writing: Unit) -> bool:
    """Find pool, deadline and person of the items opened since the last flush."""
    waiting: list[tuple[WorkItem, Assignment]] = writing.memo.pop(_NEW, [])
    if not waiting:
        return False
    places = {item.id: Place(item.role, item.branch) for item, _how in waiting}
    pools = assignment.pools(set(places.values()))
    wanting = []
    for item, how in waiting:
        pool = pools[places[item.id]]
        item.branch = pool.branch
        if how == Assignment.LEAST_LOADED and item.state == ItemState.OPEN:
            wanting.append((item, pool.people))
    deadlines.date_new([item for item, _how in waiting])
    if wanting:
        _hand_out(wanting)
    return True


def _hand_out(wanting: Sequence[tuple[WorkItem, Sequence[Person]]]) -> None:
    loads = assignment.loads({person.id for _item, people in wanting for person in people})
    for item, people in wanting:
        listed = [one for one in people if not item.candidates or one.id in item.candidates]
        barred = makers_of(item).union(recused_from(item.stream_id))
        person = assignment.least_loaded(listed, loads, barred)
        if person is not None:
            loads[person.id] = loads.get(person.id, 0) + 1
            _give(item, person, by=SYSTEM, at=item.opened_at)


def lock_items(ids: Collection[UUID]) -> list[WorkItem]:
    """Read and lock these items for the current unit, in one statement, in the order asked for.

    Operations on one item lock it themselves; call this first where many are to be worked on.

    Raises:
        NotFound: one of them does not exist.
    """
    at_hand = items_at_hand()
    missing = [id for id in ids if id not in at_hand]
    if missing:
        rows = WorkItem.objects.select_for_update().filter(pk__in=missing).order_by("pk")
        take_in_hand(rows)
    if any(id not in at_hand for id in missing):
        raise NotFound("item")
    return [at_hand[id] for id in ids]


def claim_item(item_id: UUID, *, by: Actor, at: datetime, revision: int | None = None) -> WorkItem:
    """Take an item out of its pool (领取); taking what one already has changes nothing.

    Raises:
        AlreadyClaimed: somebody else was faster.
        NotYours: `by` may not take from this pool.
        FourEyes: `by` made what this item is to check.
    """
    with unit():
        item = _ready(item_id, revision)
        if item.assignee == by.id:
            return item
        if item.assignee:
            raise AlreadyClaimed(title=item.title, assignee=item.assignee_name or item.assignee)
        require_may_take(item, by)
        _give(item, Person(by.id, by.name), by=by, at=at)
    return item


def assign_item(
    item_id: UUID,
    *,
    to: Person,
    by: Actor,
    at: datetime,
    reason: str = "",
    revision: int | None = None,
) -> WorkItem:
    """Put an item into somebody's hands, whoever has it now (分派、转办).

    Raises:
        NotPermitted: `by` may not assign.
        NotEligible: `to` is recused, made what is to be checked, or is not among the candidates.
    """
    if by != SYSTEM and not by.may(ASSIGN_ITEM):
        raise NotPermitted
    with unit():
        item = _ready(item_id, revision)
        obstacle = _obstacle(item, to)
        if obstacle:
            raise NotEligible("to", detail=obstacle, title=item.title, name=to.name or to.id)
        _give(item, to, by=by, at=at, reason=reason)
    return item


def _obstacle(item: WorkItem, person: Person) -> str:
    """Return the sentence that says why `person` may not do the item, "" where they may."""
    if is_recused(item.stream, person.id):
        return NotEligible.recused
    if person.id in makers_of(item):
        return NotEligible.maker
    if item.candidates and person.id not in item.candidates:
        return NotEligible.not_listed
    place = Place(item.role, item.branch)
    people = assignment.pools([place])[place].people
    is_known = not people or person.id in {one.id for one in people}
    return "" if is_known else NotEligible.message


def release_item(
    item_id: UUID, *, by: Actor, at: datetime, reason: str = "", revision: int | None = None
) -> WorkItem:
    """Hand an item back to its pool (退回待办池).

    Raises:
        NotYours: it is in somebody else's hands and `by` may not assign.
    """
    with unit():
        item = _ready(item_id, revision)
        if item.assignee and item.assignee != by.id and not by.may(ASSIGN_ITEM):
            raise NotYours(title=item.title)
        if item.assignee:
            _take_back(item, by=by, at=at, reason=reason)
    return item


def complete_item(
    item_id: UUID, *, by: Actor, at: datetime, revision: int | None = None
) -> WorkItem:
    """Mark an item as done by `by` (提交); one still in the pool is taken on the way.

    Args:
        revision: the one the form was shown with; None does not ask.

    Raises:
        AlreadyDone: it was completed before.
        Cancelled: the process went on without it.
        Stale: it was changed since `revision`.
        NotYours: it is somebody else's, or `by` may not take it.
        FourEyes: `by` made what this item is to check.
    """
    with unit() as writing:
        item = _ready(item_id, revision)
        if by != SYSTEM:
            _require_may_complete(item, by)
        item.state = ItemState.DONE
        item.assignee = item.assignee or ("" if by == SYSTEM else by.id)
        item.assignee_name = item.assignee_name or by.name
        item.completed_at, item.completed_by = at, by.id
        item.completed_on_behalf_of = by.on_behalf_of
        writing.change(
            item,
            "state",
            "assignee",
            "assignee_name",
            "completed_at",
            "completed_by",
            "completed_on_behalf_of",
        )
        writing.memo.setdefault(_COMPLETED, []).append(item.id)
        done = ItemCompleted(
            item_id=item.id, title=item.title, element=item.element, form=item.form
        )
        record(done, stream=item.stream, by=by, at=at)
    return item


def _require_may_complete(item: WorkItem, by: Actor) -> None:
    if item.assignee and item.assignee not in (by.id, by.on_behalf_of):
        raise NotYours(title=item.title)
    if not item.assignee:
        require_may_take(item, by)
    require_four_eyes(item.stream, item.separate_from, by)


def require_may_take(item: WorkItem, by: Actor) -> None:
    """Refuse when `by` may not take the item from its pool.

    Raises:
        NotFound: they are recused, so the item does not exist for them.
        NotYours: role, branch or candidates do not fit.
        FourEyes: they made what it is to check.
    """
    if is_recused(item.stream, by.id, by.on_behalf_of):
        raise NotFound("item")
    if not is_in_reach(item, by) or (item.candidates and by.id not in item.candidates):
        raise NotYours(title=item.title)
    require_four_eyes(item.stream, item.separate_from, by)


def is_in_reach(item: WorkItem, by: Actor) -> bool:
    """Tell whether role and branch let `by` take the item."""
    return item.role in by.roles and is_below(item.branch, by.branch)


def is_below(branch: str, above: str) -> bool:
    """Tell whether `branch` is `above` or under it; an item without a branch is everybody's."""
    return not branch or branch == above or branch.startswith(f"{above}/")


def cancel_items(token_ids: Collection[UUID]) -> list[WorkItem]:
    """Withdraw the open items of these tokens: the process went on without them."""
    writing = current()
    wanted = set(token_ids)
    waiting = [item for item in items_at_hand().values() if item.token_id in wanted]
    unknown = wanted - {item.token_id for item in waiting}
    rows = WorkItem.objects.select_for_update().filter(token_id__in=unknown, state__in=OPEN_STATES)
    if unknown:
        found = list(rows.order_by("pk"))
        take_in_hand(found)
        waiting.extend(found)
    cancelled = [item for item in waiting if item.is_open]
    for item in cancelled:
        item.state = ItemState.CANCELLED
        writing.change(item, "state")
    return cancelled


def put_back(stream: Stream, actor: str, *, reason: str, by: Actor, at: datetime) -> None:
    """Take what `actor` has in hand on `stream` back into its pool."""
    rows = WorkItem.objects.filter(stream_id=stream.id, assignee=actor, state=ItemState.CLAIMED)
    ids = {*rows.values_list("pk", flat=True), *(item.id for item in at_hand_on(stream.id))}
    for item in lock_items(sorted(ids)):
        if item.assignee == actor and item.state == ItemState.CLAIMED:
            _take_back(item, by=by, at=at, reason=reason)


def _ready(item_id: UUID, revision: int | None) -> WorkItem:
    (item,) = lock_items([item_id])
    if item.state == ItemState.DONE:
        raise AlreadyDone(title=item.title)
    if item.state == ItemState.CANCELLED:
        raise Cancelled(title=item.title)
    if revision is not None and revision != item.revision:
        raise Stale("revision", title=item.title, extra={"revision": item.revision})
    return item


def _give(item: WorkItem, person: Person, *, by: Actor, at: datetime, reason: str = "") -> None:
    item.state, item.claimed_at = ItemState.CLAIMED, at
    item.assignee, item.assignee_name = person
    current().change(item, "state", "claimed_at", "assignee", "assignee_name")
    assigned = ItemAssigned(
        item_id=item.id,
        title=item.title,
        assignee=person.id,
        assignee_name=person.name,
        reason=reason,
    )
    record(assigned, stream=item.stream, by=by, at=at)


def _take_back(item: WorkItem, *, by: Actor, at: datetime, reason: str) -> None:
    released = ItemReleased(
        item_id=item.id,
        title=item.title,
        assignee=item.assignee,
        assignee_name=item.assignee_name,
        reason=reason,
    )
    record(released, stream=item.stream, by=by, at=at)
    item.state, item.claimed_at = ItemState.OPEN, None
    item.assignee = item.assignee_name = ""
    current().change(item, "state", "claimed_at", "assignee", "assignee_name")


@before_writing
def _forget_drafts(writing: Unit) -> bool:
    """Remove the drafts of what was completed: the answers are now part of the case."""
    completed: list[UUID] = writing.memo.pop(_COMPLETED, [])
    if completed:
        Draft.objects.filter(item_id__in=completed).delete()
    return bool(completed)
