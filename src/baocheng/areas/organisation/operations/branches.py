"""Open, rename and close branches."""

import re
from datetime import datetime

from baocheng.areas.organisation.enums import BranchLevel
from baocheng.areas.organisation.events import BranchClosed, BranchOpened, BranchRenamed
from baocheng.areas.organisation.models import Branch, Staff
from baocheng.areas.organisation.permissions import MANAGE_BRANCHES, require
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor
from baocheng.engine.unit import refuse_on, unit
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date


class BranchCode(Problem):
    """A code that could not stand in a business number."""

    code = "organisation.branch_code"
    message = _("机构代码应为1至8位数字。")


class BranchLevelMisplaced(Problem):
    """The head office stands alone at the top, every other branch below one."""

    code = "organisation.branch_level"
    message = _("总公司没有上级机构，其他机构必须有上级机构。")


class BranchExists(Conflict):
    """The code is taken."""

    code = "organisation.branch_exists"
    message = _("该机构代码已被使用，请换一个代码。")


class BranchIsClosed(Problem):
    """Nothing is done at a closed branch any more."""

    code = "organisation.branch_closed"
    message = _("该机构已撤销，不能再办理业务。")


class BranchInUse(Problem):
    """Staff or branches below would lose their place."""

    code = "organisation.branch_in_use"
    message = _("该机构还有在职员工或下级机构，请先调动员工、撤销下级机构。")


refuse_on("organisation_branch_code_key", BranchExists)
refuse_on("organisation_branch_path_key", BranchExists)


def open_branch(
    *, code: str, name: str, parent: Branch | None, level: BranchLevel, by: Actor, at: datetime
) -> Branch:
    """Open a branch (机构) below `parent`; the head office has none.

    Raises:
        BranchCode, BranchLevelMisplaced, BranchIsClosed, BranchExists: see there.
    """
    require(by, MANAGE_BRANCHES, branch=parent.path if parent else None)
    if not re.fullmatch(r"[0-9]{1,8}", code):
        raise BranchCode("code")
    if (parent is None) != (level == BranchLevel.HEAD_OFFICE):
        raise BranchLevelMisplaced("level")
    if parent is not None and not parent.is_open:
        raise BranchIsClosed("parent")
    branch = Branch(
        code=code,
        name=name.strip(),
        parent=parent,
        path=f"{parent.path}/{code}" if parent else code,
        level=level,
        opened_on=business_date(at),
    )
    with unit() as writing:
        writing.add(branch)
        opened = BranchOpened(code=code, name=branch.name, path=branch.path, level=level)
        record(opened, stream=branch.stream, by=by, at=at)
    return branch


def rename_branch(*, branch: Branch, name: str, by: Actor, at: datetime) -> Branch:
    """Give a branch another name; its code and its place stay."""
    require(by, MANAGE_BRANCHES, branch=branch.path)
    with unit() as writing:
        renamed = BranchRenamed(code=branch.code, name=name.strip(), previous_name=branch.name)
        branch.name = renamed.name
        writing.change(branch, "name")
        record(renamed, stream=branch.stream, by=by, at=at)
    return branch


def close_branch(*, branch: Branch, by: Actor, at: datetime) -> Branch:
    """Close a branch for good.

    Raises:
        BranchInUse: people work there, or branches stand below it.
    """
    require(by, MANAGE_BRANCHES, branch=branch.path)
    if (
        Staff.objects.filter(branch=branch, is_active=True).exists()
        or Branch.objects.filter(parent=branch, closed_on__isnull=True).exists()
    ):
        raise BranchInUse
    with unit() as writing:
        branch.closed_on = business_date(at)
        writing.change(branch, "closed_on")
        closed = BranchClosed(code=branch.code, name=branch.name)
        record(closed, stream=branch.stream, by=by, at=at)
    return branch
