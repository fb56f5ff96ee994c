from decimal import Decimal

import pytest

from baocheng.areas.organisation.schema import (
    check_authority,
    check_role,
    known_permissions,
    parse_authority,
    parse_roles,
)
from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.kinds import SourceFile

from .conftest import AUTHORITY, ROLES


def source(text: str) -> SourceFile:
    return SourceFile("organisation/x.yaml", text, {})


def test_parse_roles_reads_permissions_with_their_lines() -> None:
    handler, approver = parse_roles(source(ROLES))

    assert (handler.key, handler.name, handler.line) == ("claims_handler", "理赔员", 2)
    assert approver.permissions == {"organisation.read_staff", "organisation.set_authority"}
    assert approver.permission_lines["organisation.set_authority"] == 7


def test_parse_roles_finds_every_error_at_once() -> None:
    text = "roles:\n  - code: Handler\n    name: ''\n  - name: 主管\n    permission: []\n"

    with pytest.raises(Unreadable) as unreadable:
        parse_roles(source(text))

    code = "organisation.invalid_entry"
    assert unreadable.value.findings == [
        Finding(
            "organisation/x.yaml",
            "roles.0.code",
            code,
            "“Handler”应由小写字母、数字和下划线组成，以字母开头。",
            2,
        ),
        Finding("organisation/x.yaml", "roles.0.name", code, "“name”不能为空。", 3),
        Finding("organisation/x.yaml", "roles.0.permissions", code, "缺少“permissions”这一项。", 2),
        Finding("organisation/x.yaml", "roles.1.code", code, "缺少“code”这一项。", 4),
        Finding("organisation/x.yaml", "roles.1.permissions", code, "缺少“permissions”这一项。", 4),
        Finding("organisation/x.yaml", "roles.1.permission", code, "不认识“permission”这一项。", 5),
    ]


@pytest.mark.parametrize("text", ["", "[]", "roles: x", "a: b: c"])
def test_parse_roles_refuses_other_shapes(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_roles(source(text))


def test_check_role_names_the_nearest_permission() -> None:
    (role, _) = parse_roles(
        source(ROLES.replace("[organisation.read_staff]", "[organisation.read_staf]"))
    )

    assert list(check_role(role, Handbook({}))) == [
        Finding(
            "organisation/x.yaml",
            "岗位 claims_handler",
            "organisation.unknown_permission",
            "没有“organisation.read_staf”这项权限，是否为 organisation.read_staff？",
            4,
        )
    ]


def test_known_permissions_are_the_constants_of_the_rooms() -> None:
    assert {"organisation.read_staff", "work.assign_item"} <= set(known_permissions())


def test_parse_authority_reads_exact_amounts_and_unlimited() -> None:
    handler, approver, system = parse_authority(source(AUTHORITY))

    assert (handler.key, handler.per_stream) == ("claim_payment.claims_handler", Decimal("5000.00"))
    assert (approver.per_stream, approver.per_payee_day) == (Decimal(50000), None)
    assert (system.role, system.line) == ("system", 10)


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ("per_stream: -1", "“-1”不能为负。"),
        ("per_stream: 1.005", "“1.005”最多两位小数。"),
        ("per_stream: 很多", "“很多”不是金额；不限额请写 unlimited。"),
        ("per_payee_day: 1", "缺少“per_stream”这一项。"),
    ],
)
def test_parse_authority_refuses_unfit_limits(limit: str, sentence: str) -> None:
    text = f"kind: refund\nname: 退费\nlimits:\n  - role: cashier\n    {limit}\n"

    with pytest.raises(Unreadable) as unreadable:
        parse_authority(source(text))

    assert [finding.sentence for finding in unreadable.value.findings] == [sentence]


def test_check_authority_finds_unknown_roles_and_limits_that_contradict() -> None:
    contradicting = AUTHORITY.replace("per_payee_day: 8000", "per_payee_day: 4000")
    handbook = Handbook({"company.roles.yaml": ROLES.replace("claims_approver", "claim_approver")})

    findings = [
        finding.code
        for authority in parse_authority(source(contradicting))
        for finding in check_authority(authority, handbook)
    ]

    assert findings == ["organisation.limits_contradict", "organisation.unknown_role"]
