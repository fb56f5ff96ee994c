"""What processes write into the journal of their stream: beginnings, ends and incidents.

Business steps record their own events; a token that moves is no event.
"""

from dataclasses import dataclass
from uuid import UUID

from baocheng.engine.journal.events import Event, event


@event("processes.instance.started.v1")
@dataclass(frozen=True, kw_only=True)
class InstanceStarted(Event):
    """流程已启动。"""

    instance_id: UUID
    process: str
    name: str
    handbook_version: int


@event("processes.instance.ended.v1")
@dataclass(frozen=True, kw_only=True)
class InstanceEnded(Event):
    """流程已结束。"""

    instance_id: UUID
    process: str
    name: str
    is_terminated: bool


@event("processes.incident.opened.v1")
@dataclass(frozen=True, kw_only=True)
class IncidentOpened(Event):
    """自动环节出现异常。"""

    incident_id: UUID
    process: str
    element: str
    name: str
    error: str


@event("processes.incident.resolved.v1")
@dataclass(frozen=True, kw_only=True)
class IncidentResolved(Event):
    """异常已解决。"""

    incident_id: UUID
    process: str
    element: str
    name: str
    attempts: int
