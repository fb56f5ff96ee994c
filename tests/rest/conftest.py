"""A caller of the API: a login, a token, and requests as a program would send them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from baocheng.areas.organisation.enums import BranchLevel
from baocheng.areas.organisation.models import Staff
from baocheng.areas.organisation.operations.branches import open_branch
from baocheng.areas.organisation.operations.founding import FOUNDER
from baocheng.areas.organisation.operations.roles import grant_role
from baocheng.areas.organisation.operations.staff import hire_staff
from baocheng.engine.publishing.defaults import publish_default
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.permissions import APPROVE_HANDBOOK, PUBLISH_HANDBOOK
from baocheng.engine.publishing.versions import publish
from baocheng.engine.streams import Actor
from baocheng.kernel.time import SHANGHAI, frozen, now

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


@pytest.fixture
def june():
    """Hold the clock in June 2026."""
    with frozen(datetime(2026, 6, 1, 10, tzinfo=SHANGHAI)):
        yield


@pytest.fixture
def company(june, branch):
    """Publish the default handbook, in June 2026."""
    publish_default(Path(settings.HANDBOOK), at=now())


@pytest.fixture
def sign_in_as(company, hire, branch) -> Callable[..., Caller]:
    """Return a function that hires somebody with roles of the default handbook and signs in."""

    def call(number: str, name: str, login: str, *roles: str) -> Caller:
        staff = hire(number, name, login)
        for role in roles:
            grant_role(staff=staff, role=role, branch=branch, by=FOUNDER, at=now())
        answer = Caller().post("/tokens", {"login": login, "password": PASSWORD})
        return Caller(answer.json()["token"])

    return call


@pytest.fixture
def adjuster(sign_in_as) -> Caller:
    """赵敏, who handles claims and here issues policies too."""
    return sign_in_as("2001", "赵敏", "adjuster", "claims_handler", "underwriter")


@pytest.fixture
def supervisor(sign_in_as) -> Caller:
    """陈静, who approves."""
    return sign_in_as("2002", "陈静", "supervisor", "claims_supervisor")


@pytest.fixture
def policy(adjuster) -> str:
    """Return the number of an accident policy of 王芳."""
    answer = adjuster.post("/policies", accident_policy())
    assert answer.status_code == 201, answer.content
    return answer.json()["number"]


@pytest.fixture
def report_by_phone(adjuster, policy) -> Callable[..., Any]:
    """Return a function that reports a loss whose documents a person reviews."""

    def call(**fields: Any) -> Any:
        report = {
            "policy_number": policy,
            "loss_at": "2026-05-01T08:00:00+08:00",
            "reporter_name": "王芳",
            "channel": "PHONE",
            "cause": "accident",
            "lines": [{"head": "medical", "incurred_on": "2026-05-02", "amount": "9600.00"}],
            **fields,
        }
        answer = adjuster.post("/claims", report)
        assert answer.status_code == 201, answer.content
        return answer.json()

    return call


def accident_policy() -> dict[str, Any]:
    """Return the body that issues an accident policy of 王芳 for the year 2026."""
    return {
        "product": "personal_accident",
        "holder": {"name": "王芳", "resident_id": "11010519900307232X", "phone": "13812345678"},
        "starts_at": "2026-01-01T00:00:00+08:00",
        "ends_at": "2027-01-01T00:00:00+08:00",
        "insureds": [{"has_social_insurance": True}],
        "covers": [
            {"coverage": "accident_death", "amounts": {"sum_insured": "500000.00"}},
            {"coverage": "accident_disability", "amounts": {"sum_insured": "500000.00"}},
            {"coverage": "hospital_allowance", "amounts": {"daily_amount": "100.00"}},
            {"coverage": "accident_medical", "amounts": {"medical_sum": "50000.00"}},
        ],
        "premium_amount": "298.00",
    }


@pytest.fixture
def upload() -> Callable[..., Any]:
    """Return a function that sends files as a form of several parts."""

    def call(caller: Caller, path: str, fields: dict[str, str], *files: tuple[str, bytes]) -> Any:
        sent = [SimpleUploadedFile(name, content) for name, content in files]
        return caller.client.post(
            f"/api/v1{path}", {**fields, "files": sent}, headers=caller.headers
        )

    return call
