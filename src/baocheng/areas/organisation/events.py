"""What happens to branches and staff."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from baocheng.engine.journal.events import Event, event


@event("organisation.branch.opened.v1")
@dataclass(frozen=True, kw_only=True)
class BranchOpened(Event):
    """机构已设立."""

    code: str
    name: str
    path: str
    level: str


@event("organisation.branch.renamed.v1")
@dataclass(frozen=True, kw_only=True)
class BranchRenamed(Event):
    """机构已更名."""

    code: str
    name: str
    previous_name: str


@event("organisation.branch.closed.v1")
@dataclass(frozen=True, kw_only=True)
class BranchClosed(Event):
    """机构已撤销."""

    code: str
    name: str


@event("organisation.staff.hired.v1")
@dataclass(frozen=True, kw_only=True)
class StaffHired(Event):
    """员工已入职."""

    employee_number: str
    name: str
    branch: str
    joined_on: date


@event("organisation.staff.transferred.v1")
@dataclass(frozen=True, kw_only=True)
class StaffTransferred(Event):
    """员工已调动."""

    name: str
    branch: str
    branch_name: str
    previous_branch: str


@event("organisation.staff.left.v1")
@dataclass(frozen=True, kw_only=True)
class StaffLeft(Event):
    """员工已离职; every role and authority ended with it."""

    name: str
    left_on: date


@event("organisation.staff.role_granted.v1")
@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    """已授予岗位."""

    name: str
    role: str
    role_name: str
    branch: str
    since_at: datetime
    until_at: datetime | None


@event("organisation.staff.role_revoked.v1")
@dataclass(frozen=True, kw_only=True)
class RoleRevoked(Event):
    """已收回岗位."""

    name: str
    role: str
    branch: str


@event("organisation.staff.authority_set.v1")
@dataclass(frozen=True, kw_only=True)
class AuthoritySet(Event):
    """个人权限额度已调整."""

    name: str
    kind: str
    per_stream: Decimal
    per_payee_day: Decimal | None
    since_at: datetime
    until_at: datetime | None
    reason: str
    grant_id: UUID


@event("organisation.staff.authority_ended.v1")
@dataclass(frozen=True, kw_only=True)
class AuthorityEnded(Event):
    """个人权限额度已终止."""

    name: str
    kind: str
    grant_id: UUID
