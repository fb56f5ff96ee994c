"""What the room records on the streams its items belong to."""

from dataclasses import dataclass
from uuid import UUID

from baocheng.engine.journal.events import Event, event


@event("work.item.assigned.v1")
@dataclass(frozen=True, kw_only=True)
class ItemAssigned(Event):
    """任务有了办理人。"""

    item_id: UUID
    title: str
    assignee: str
    assignee_name: str
    reason: str = ""


@event("work.item.released.v1")
@dataclass(frozen=True, kw_only=True)
class ItemReleased(Event):
    """任务退回待办池。"""

    item_id: UUID
    title: str
    assignee: str
    assignee_name: str
    reason: str = ""


@event("work.item.completed.v1")
@dataclass(frozen=True, kw_only=True)
class ItemCompleted(Event):
    """任务已完成。"""

    item_id: UUID
    title: str
    element: str
    form: str


@event("work.actor.recused.v1")
@dataclass(frozen=True, kw_only=True)
class ActorRecused(Event):
    """有人被要求回避。"""

    actor_id: str
    reason: str
