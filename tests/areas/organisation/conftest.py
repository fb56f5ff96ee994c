"""A small company with a handbook: two provinces, a handler, an approver and an administrator."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from baocheng.areas.organisation import permissions
from baocheng.areas.organisation.enums import BranchLevel
from baocheng.areas.organisation.models import Branch, Staff
from baocheng.areas.organisation.operations import grant_role, hire_staff, open_branch
from baocheng.engine.publishing.defaults import RELEASE
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.versions import publish
from baocheng.engine.streams import Actor
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
LATER = NOON + timedelta(days=1)

ROLES = """\
roles:
  - code: claims_handler
    name: 理赔员
    permissions: [organisation.read_staff]
  - code: claims_approver
    name: 核赔主管
    permissions: [organisation.read_staff, organisation.set_authority]
"""
AUTHORITY = """\
kind: claim_payment
name: 理赔支付
limits:
  - role: claims_handler
    per_stream: 5000.00
    per_payee_day: 8000
  - role: claims_approver
    per_stream: 50000
    per_payee_day: unlimited
  - role: system
    per_stream: 1000
"""

ADMINISTRATOR = Actor(
    id="system",
    name="系统",
    branch="1",
    permissions=frozenset(
        {
            permissions.MANAGE_BRANCHES,
            permissions.MANAGE_STAFF,
            permissions.GRANT_ROLES,
            permissions.SET_AUTHORITY,
            "publishing.publish_handbook",
        }
    ),
)


@dataclass
class Company:
    """The branches and people that the tests of this area know."""

    head_office: Branch
    beijing: Branch
    dongcheng: Branch
    shanghai: Branch
    zhao_min: Staff
    chen_jing: Staff


@pytest.fixture
def company(db: None) -> Company:
    """赵敏 handles claims in 东城, 陈静 approves them for 北京."""
    handbook = Handbook({"company.roles.yaml": ROLES, "payment.authority.yaml": AUTHORITY})
    publish(handbook, effective_at=NOON, approved_by=RELEASE, by=ADMINISTRATOR, at=NOON)

    def branch(code: str, name: str, parent: Branch | None, level: BranchLevel) -> Branch:
        return open_branch(
            code=code, name=name, parent=parent, level=level, by=ADMINISTRATOR, at=NOON
        )

    def hire(number: str, name: str, at_branch: Branch, role: str, scope: Branch) -> Staff:
        staff = hire_staff(
            employee_number=number,
            name=name,
            branch=at_branch,
            username=f"user{number}",
            password="a long password",
            by=ADMINISTRATOR,
            at=NOON,
        )
        grant_role(staff=staff, role=role, branch=scope, by=ADMINISTRATOR, at=NOON)
        return staff

    head_office = branch("1", "总公司", None, BranchLevel.HEAD_OFFICE)
    beijing = branch("110", "北京分公司", head_office, BranchLevel.PROVINCIAL)
    dongcheng = branch("110101", "东城支公司", beijing, BranchLevel.LOCAL)
    shanghai = branch("310", "上海分公司", head_office, BranchLevel.PROVINCIAL)
    return Company(
        head_office=head_office,
        beijing=beijing,
        dongcheng=dongcheng,
        shanghai=shanghai,
        zhao_min=hire("1001", "赵敏", dongcheng, "claims_handler", dongcheng),
        chen_jing=hire("1002", "陈静", beijing, "claims_approver", beijing),
    )
