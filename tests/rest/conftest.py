"""A caller of the API: a login, a token, and requests as a program would send them."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from baocheng.areas.organisation.enums import BranchLevel
from baocheng.areas.organisation.models import Staff
from baocheng.areas.organisation.operations.branches import open_branch
from baocheng.areas.organisation.operations.founding import FOUNDER
from baocheng.areas.organisation.operations.roles import grant_role
from baocheng.areas.organisation.operations.staff import hire_staff
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.permissions import APPROVE_HANDBOOK, PUBLISH_HANDBOOK
from baocheng.engine.publishing.versions import publish
from baocheng.engine.streams import Actor
from baocheng.kernel.time import now

PASSWORD = "yi-ge-hao-mima-2026"


@pytest.fixture
def branch(db):
    """Return the head office."""
    return open_branch(
        code="1",
        name="总公司",
        parent=None,
        level=BranchLevel.HEAD_OFFICE,
        by=FOUNDER,
        at=now(),
    )


ROLES = """
roles:
  - code: clerk
    name: 综合柜员
    permissions:
      - customers.read_party
      - customers.register_party
      - policies.read_policy
      - policies.issue_policy
      - publishing.read_handbook
"""


@pytest.fixture
def handbook(branch):
    """Publish a small part of the default handbook, with one role that may do what is tested."""
    folder = Path(settings.HANDBOOK)
    names = (
        "products/personal_accident.product.yaml",
        "products/personal_accident.cases.json",
        "claims/claim_triage.dmn",
    )
    files = {name: (folder / name).read_text() for name in names}
    publish(
        Handbook({**files, "clerk.roles.yaml": ROLES}),
        effective_at=now() - timedelta(days=3650),
        approved_by=Actor(id="staff:reviewer", permissions=frozenset({APPROVE_HANDBOOK})),
        by=Actor(id="staff:editor", permissions=frozenset({PUBLISH_HANDBOOK})),
        at=now(),
    )


@pytest.fixture
def hire(branch):
    """Return a function that hires somebody with a login."""

    def call(number: str, name: str, login: str) -> Staff:
        return hire_staff(
            employee_number=number,
            name=name,
            branch=branch,
            username=login,
            password=PASSWORD,
            by=FOUNDER,
            at=now(),
        )

    return call


@pytest.fixture
def zhao_min(hire):
    """Return the login of 赵敏, a claims adjuster."""
    return hire("1001", "赵敏", "zhaomin").user


class Caller:
    """Sends JSON with a bearer token."""

    def __init__(self, token: str = "") -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, method: str, path: str, body: Any = None, /, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body)
        return self.client.generic(
            method,
            path if path.startswith("/api") else f"/api/v1{path}",
            content,
            content_type=named.pop("Content-Type", "application/json"),
            headers={**self.headers, **named},
        )

    def get(self, path: str, /, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, /, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, /, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def delete(self, path: str, /, **headers: str) -> Any:
        return self.send("DELETE", path, **headers)


@pytest.fixture
def anonymous(db) -> Caller:
    return Caller()


@pytest.fixture
def sign_in(zhao_min) -> Callable[..., Caller]:
    """Return a function that signs 赵敏 in, with fields of the token asked for."""

    def call(**fields: Any) -> Caller:
        answer = Caller().post("/tokens", {"login": "zhaomin", "password": PASSWORD, **fields})
        assert answer.status_code == 201, answer.content
        return Caller(answer.json()["token"])

    return call


@pytest.fixture
def caller(sign_in) -> Caller:
    return sign_in()


@pytest.fixture
def clerk(handbook, hire, branch, sign_in) -> Caller:
    """Return 赵敏 as a caller who holds the role of the small handbook."""
    staff = Staff.objects.get(employee_number="1001")
    grant_role(staff=staff, role="clerk", branch=branch, by=FOUNDER, at=now())
    return sign_in()
