"""The first branch and the first login, before anybody could permit them."""

from datetime import datetime

from baocheng.areas.organisation import permissions
from baocheng.areas.organisation.enums import BranchLevel
from baocheng.areas.organisation.models import Branch, Staff
from baocheng.areas.organisation.operations.branches import open_branch
from baocheng.areas.organisation.operations.roles import grant_role
from baocheng.areas.organisation.operations.staff import hire_staff
from baocheng.engine.streams import SYSTEM, Actor
from baocheng.engine.unit import unit
from baocheng.kernel.problems import Conflict
from baocheng.kernel.text import _

HEAD_OFFICE_CODE = "1"
ADMINISTRATOR_ROLE = "administrator"

# Who does what nobody can be asked for yet.
FOUNDER = Actor(
    id=SYSTEM.id,
    name=SYSTEM.name,
    branch=HEAD_OFFICE_CODE,
    permissions=frozenset(
        {
            permissions.MANAGE_BRANCHES,
            permissions.MANAGE_STAFF,
            permissions.GRANT_ROLES,
            permissions.SET_AUTHORITY,
        }
    ),
)


class FoundedAlready(Conflict):
    """The company stands already."""

    code = "organisation.founded_already"
    message = _("总公司和首位管理员已经建立，请用已有账号登录。")


def is_founded() -> bool:
    """Tell whether the head office stands."""
    return Branch.objects.exists()


def found_company(
    *, name: str, administrator: str, login: str, password: str, at: datetime
) -> Staff:
    """Open the head office `name` and hire the first administrator, with the handbook's role.

    Raises:
        FoundedAlready: there is a branch.
        UnknownRole: the handbook has no role "administrator".
    """
    with unit():
        if is_founded():
            raise FoundedAlready
        head_office = open_branch(
            code=HEAD_OFFICE_CODE,
            name=name,
            parent=None,
            level=BranchLevel.HEAD_OFFICE,
            by=FOUNDER,
            at=at,
        )
        staff = hire_staff(
            employee_number="0001",
            name=administrator,
            branch=head_office,
            username=login,
            password=password,
            by=FOUNDER,
            at=at,
        )
        assert staff.user is not None
        staff.user.is_superuser = staff.user.is_staff = True
        staff.user.save(update_fields=["is_superuser", "is_staff"])
        grant_role(staff=staff, role=ADMINISTRATOR_ROLE, branch=head_office, by=FOUNDER, at=at)
    return staff
