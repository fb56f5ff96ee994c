from datetime import datetime

import pytest
from django.contrib.auth import authenticate

from baocheng.areas.organisation.models import Staff
from baocheng.areas.organisation.operations.founding import (
    FoundedAlready,
    found_company,
    is_founded,
)
from baocheng.areas.organisation.operations.roles import UnknownRole
from baocheng.areas.organisation.queries import actor_of
from baocheng.engine.publishing.defaults import RELEASE
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.versions import publish

from .conftest import ADMINISTRATOR, LATER, NOON, Company

ROLES = """\
roles:
  - code: administrator
    name: 系统管理员
    permissions: [organisation.manage_staff]
"""


def found(at: datetime) -> None:
    found_company(
        name="保程示范保险股份有限公司",
        administrator="管理员",
        login="admin",
        password="a long password",
        at=at,
    )


def test_found_company_opens_the_head_office_and_hires_the_administrator(db: None) -> None:
    handbook = Handbook({"company.roles.yaml": ROLES})
    publish(handbook, effective_at=NOON, approved_by=RELEASE, by=ADMINISTRATOR, at=NOON)

    found(NOON)

    assert is_founded()
    user = authenticate(None, username="admin", password="a long password")
    assert user is not None
    actor = actor_of(user, at=NOON)
    assert (actor.branch, set(actor.roles)) == ("1", {"administrator"})
    assert actor.may("organisation.manage_staff")


def test_found_company_twice_is_refused(company: Company) -> None:
    with pytest.raises(FoundedAlready):
        found(LATER)

    assert Staff.objects.count() == 2


def test_found_company_needs_the_handbooks_role(db: None) -> None:
    handbook = Handbook({"company.roles.yaml": ROLES.replace("administrator", "clerk")})
    publish(handbook, effective_at=NOON, approved_by=RELEASE, by=ADMINISTRATOR, at=NOON)

    with pytest.raises(UnknownRole):
        found(NOON)

    assert not is_founded()
    assert authenticate(None, username="admin", password="a long password") is None
