"""What happens at the desk itself."""

from dataclasses import dataclass

from baocheng.engine.journal.events import Event, event


@event("desk.staff.signed_in.v1")
@dataclass(frozen=True, kw_only=True)
class StaffSignedIn(Event):
    """已登录工作台。"""

    login: str


@event("desk.list.exported.v1")
@dataclass(frozen=True, kw_only=True)
class ListExported(Event):
    """已导出清单。"""

    name: str
    count: int
