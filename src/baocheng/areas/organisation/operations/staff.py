"""Hire, transfer and release staff."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Q

from baocheng.areas.organisation.events import StaffHired, StaffLeft, StaffTransferred
from baocheng.areas.organisation.models import AuthorityGrant, Branch, RoleGrant, Staff
from baocheng.areas.organisation.operations.branches import BranchIsClosed
from baocheng.areas.organisation.permissions import MANAGE_STAFF, require
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor
from baocheng.engine.unit import refuse_on, unit
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class EmployeeNumberTaken(Conflict):
    """Somebody has this employee number already."""

    code = "organisation.employee_number_taken"
    message = _("该工号已被使用，请核对。")


class LoginTaken(Conflict):
    """Somebody has this login name already."""

    code = "organisation.login_taken"
    message = _("该登录名已被使用，请换一个。")


class HasLeft(Problem):
    """The person does not work here any more."""

    code = "organisation.has_left"
    message = _("该员工已离职，不能再办理此项业务。")


refuse_on("organisation_staff_employee_number_key", EmployeeNumberTaken)
refuse_on("organisation_staff_user_id_key", LoginTaken)
refuse_on("auth_user_username_key", LoginTaken)


def hire_staff(
    *,
    employee_number: str,
    name: str,
    branch: Branch,
    username: str = "",
    password: str | None = None,
    by: Actor,
    at: datetime,
) -> Staff:
    """Take on a member of staff (员工) at `branch`, with a login when `username` is given.

    Without a password the login waits until one is set.

    Raises:
        BranchIsClosed, EmployeeNumberTaken, LoginTaken: see there.
    """
    require(by, MANAGE_STAFF, branch=branch.path)
    if not branch.is_open:
        raise BranchIsClosed("branch")
    with unit() as writing:
        staff = Staff(
            user=_new_user(username, password) if username else None,
            employee_number=employee_number,
            name=name.strip(),
            branch=branch,
            joined_on=business_date(at),
        )
        writing.add(staff)
        hired = StaffHired(
            employee_number=employee_number,
            name=staff.name,
            branch=branch.path,
            joined_on=staff.joined_on,
        )
        record(hired, stream=staff.stream, by=by, at=at)
    return staff


def transfer_staff(*, staff: Staff, branch: Branch, by: Actor, at: datetime) -> Staff:
    """Move a person to another branch; their roles stay where they were granted.

    Raises:
        HasLeft, BranchIsClosed: see there.
    """
    require(by, MANAGE_STAFF, branch=staff.branch.path)
    require(by, MANAGE_STAFF, branch=branch.path)
    if not staff.is_active:
        raise HasLeft("staff")
    if not branch.is_open:
        raise BranchIsClosed("branch")
    with unit() as writing:
        transferred = StaffTransferred(
            name=staff.name,
            branch=branch.path,
            branch_name=branch.name,
            previous_branch=staff.branch.path,
        )
        staff.branch = branch
        writing.change(staff, "branch")
        record(transferred, stream=staff.stream, by=by, at=at)
    return staff


def end_employment(*, staff: Staff, by: Actor, at: datetime) -> Staff:
    """Release a person: the login, every role and every authority of theirs end now.

    Raises:
        HasLeft: they had left before.
    """
    require(by, MANAGE_STAFF, branch=staff.branch.path)
    if not staff.is_active:
        raise HasLeft("staff")
    with unit() as writing:
        staff.is_active = False
        staff.left_on = business_date(at)
        writing.change(staff, "is_active", "left_on")
        _end_grants(staff, at)
        if staff.user is not None:
            staff.user.is_active = False
            writing.change(staff.user, "is_active")
        left = StaffLeft(name=staff.name, left_on=staff.left_on)
        record(left, stream=staff.stream, by=by, at=at)
    return staff


def _new_user(username: str, password: str | None) -> "User":
    # Django numbers its users itself, so this row is written before the unit's.
    users = get_user_model().objects
    if users.filter(username=username).exists():
        raise LoginTaken("username")
    user: User = users.create_user(username, password=password)
    return user


def _end_grants(staff: Staff, at: datetime) -> None:
    running = Q(staff=staff) & (Q(until_at__isnull=True) | Q(until_at__gt=at))
    with unit() as writing:
        for model in RoleGrant, AuthorityGrant:
            for grant in model.objects.filter(running):
                # One that had not begun yet ends where it would begin.
                grant.until_at = max(at, grant.since_at)
                writing.change(grant, "until_at")
