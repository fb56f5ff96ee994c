"""Grant and revoke roles."""

from datetime import datetime

from django.utils.translation import gettext

from baocheng.areas.organisation.events import RoleGranted, RoleRevoked
from baocheng.areas.organisation.models import Branch, RoleGrant, Staff
from baocheng.areas.organisation.operations.staff import HasLeft
from baocheng.areas.organisation.permissions import GRANT_ROLES, require
from baocheng.engine.journal.record import record
from baocheng.engine.publishing.handbook import nearest
from baocheng.engine.publishing.versions import handbook_at
from baocheng.engine.streams import Actor
from baocheng.engine.unit import refuse_on, unit
from baocheng.kernel.problems import Conflict, NotPermitted, Problem
from baocheng.kernel.text import _


class UnknownRole(Problem):
    """The handbook has no such role."""

    code = "organisation.unknown_role"
    message = _("服务手册中没有“{role}”这个岗位{hint}")


class OwnGrant(NotPermitted):
    """Four eyes: nobody gives or widens their own powers."""

    code = "organisation.own_grant"
    message = _("不能为本人授予岗位或调整权限，请由他人办理。")


class GrantedAlready(Conflict):
    """The person holds the role there without an end."""

    code = "organisation.granted_already"
    message = _("该员工在此机构已有这个岗位。")


class PeriodIsEmpty(Problem):
    """It would end before it begins."""

    code = "organisation.period_is_empty"
    message = _("结束时间应晚于开始时间。")


refuse_on("organisation_role_grant_once", GrantedAlready)


def grant_role(
    *,
    staff: Staff,
    role: str,
    branch: Branch,
    since_at: datetime | None = None,
    until_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> RoleGrant:
    """Give a person a role of the handbook at `branch` and all below it.

    It holds from `since_at` (now) on and ends by itself at `until_at`.

    Raises:
        OwnGrant, HasLeft, UnknownRole, PeriodIsEmpty, GrantedAlready: see there.
    """
    require(by, GRANT_ROLES, branch=branch.path)
    require_other_person(staff, by)
    begins_at = since_at or at
    if until_at is not None and until_at <= begins_at:
        raise PeriodIsEmpty("until_at")
    handbook = handbook_at(at)
    definition = handbook.find("role", role)
    if definition is None:
        hint = nearest(role, handbook.keys("role")) or gettext("。")
        raise UnknownRole("role", role=role, hint=hint)
    grant = RoleGrant(
        staff=staff,
        role=role,
        branch=branch,
        since_at=begins_at,
        until_at=until_at,
        granted_by=by.id,
    )
    with unit() as writing:
        writing.add(grant)
        granted = RoleGranted(
            name=staff.name,
            role=role,
            role_name=definition.name,
            branch=branch.path,
            since_at=begins_at,
            until_at=until_at,
        )
        record(granted, stream=staff.stream, by=by, at=at)
    return grant


def revoke_role(*, grant: RoleGrant, by: Actor, at: datetime) -> RoleGrant:
    """Take a role back at once; the permissions are gone with the next request."""
    require(by, GRANT_ROLES, branch=grant.branch.path)
    with unit() as writing:
        grant.until_at = max(at, grant.since_at)
        writing.change(grant, "until_at")
        revoked = RoleRevoked(name=grant.staff.name, role=grant.role, branch=grant.branch.path)
        record(revoked, stream=grant.staff.stream, by=by, at=at)
    return grant


def require_other_person(staff: Staff, by: Actor) -> None:
    """Refuse people who act on themselves, and acting on those who have left.

    Raises:
        OwnGrant, HasLeft: see there.
    """
    if staff.actor_id in (by.id, by.on_behalf_of):
        raise OwnGrant("staff")
    if not staff.is_active:
        raise HasLeft("staff")
