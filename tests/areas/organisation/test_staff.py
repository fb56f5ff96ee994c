from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import authenticate, get_user_model
from pytest_django import DjangoAssertNumQueries

from baocheng.areas.organisation.models import AuthorityGrant, RoleGrant, Staff
from baocheng.areas.organisation.operations import (
    end_authority,
    end_employment,
    grant_role,
    hire_staff,
    revoke_role,
    set_authority,
    transfer_staff,
)
from baocheng.areas.organisation.operations.authority import ReasonRequired, UnknownAuthority
from baocheng.areas.organisation.operations.roles import (
    GrantedAlready,
    OwnGrant,
    PeriodIsEmpty,
    UnknownRole,
)
from baocheng.areas.organisation.operations.staff import (
    EmployeeNumberTaken,
    HasLeft,
    LoginTaken,
)
from baocheng.areas.organisation.queries import (
    NoRoleAtBranch,
    NotStaff,
    UnknownStaff,
    acting_branches,
    actor_of,
    authority_limit_of,
    get_staff,
    list_staff_for,
    staff_by_actor_ids,
    staff_with_role,
)
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.streams import SYSTEM, Actor
from baocheng.engine.work.assignment import Person, Place, Pool, pools
from baocheng.engine.work.authority import AuthorityLimit, find_limit
from baocheng.kernel.problems import NotPermitted
from baocheng.kernel.time import frozen

from .conftest import ADMINISTRATOR, LATER, NOON, Company


def test_hire_staff_gives_a_login_and_tells_the_journal(company: Company) -> None:
    assert authenticate(None, username="user1001", password="a long password") is not None
    assert [sentence(row) for row in events_of(company.zhao_min.stream)] == [
        "系统 办理 赵敏（工号 1001）入职",
        "系统 授予 赵敏 “理赔员”岗位",
    ]


@pytest.mark.parametrize(
    ("number", "username", "problem"),
    [("1001", "new", EmployeeNumberTaken), ("1003", "user1001", LoginTaken)],
)
def test_hire_staff_twice_is_refused(
    company: Company, number: str, username: str, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        hire_staff(
            employee_number=number,
            name="王五",
            branch=company.beijing,
            username=username,
            by=ADMINISTRATOR,
            at=LATER,
        )

    assert not Staff.objects.filter(name="王五").exists()
    assert get_user_model().objects.count() == 2


@pytest.mark.usefixtures("versions_read")
def test_actor_has_the_roles_and_permissions_of_the_handbook(
    company: Company, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert company.zhao_min.user is not None

    with django_assert_num_queries(2):  # staff with branch, grants; the versions are in memory
        actor = actor_of(company.zhao_min.user, at=LATER)

    assert actor == Actor(
        id=company.zhao_min.actor_id,
        name="赵敏",
        branch="1/110/110101",
        roles=frozenset({"claims_handler"}),
        permissions=frozenset({"organisation.read_staff"}),
    )


def test_actor_acts_for_another_branch_only_with_a_role_there(company: Company) -> None:
    user = company.zhao_min.user
    assert user is not None
    grant_role(
        staff=company.zhao_min,
        role="claims_approver",
        branch=company.shanghai,
        by=ADMINISTRATOR,
        at=NOON,
    )

    assert [branch.code for branch in acting_branches(user, at=LATER)] == ["110101", "310"]
    assert actor_of(user, at=LATER).roles == {"claims_handler"}
    assert actor_of(user, at=LATER, branch="1/310").roles == {"claims_approver"}
    with pytest.raises(NoRoleAtBranch):
        actor_of(user, at=LATER, branch="1")


def test_actor_of_a_login_without_staff_is_refused(company: Company) -> None:
    user = get_user_model().objects.create_user("visitor")

    with pytest.raises(NotStaff):
        actor_of(user, at=LATER)


def test_role_holds_from_its_beginning_to_its_end(company: Company) -> None:
    user, until = company.zhao_min.user, LATER + timedelta(days=7)
    assert user is not None
    grant_role(
        staff=company.zhao_min,
        role="claims_approver",
        branch=company.beijing,
        since_at=LATER,
        until_at=until,
        by=ADMINISTRATOR,
        at=NOON,
    )

    both = {"claims_handler", "claims_approver"}
    assert actor_of(user, at=LATER - timedelta(seconds=1)).roles == {"claims_handler"}
    assert actor_of(user, at=LATER).roles == both
    assert actor_of(user, at=until).roles == {"claims_handler"}


def test_revoked_role_is_gone_at_once(company: Company) -> None:
    user = company.zhao_min.user
    assert user is not None
    grant = RoleGrant.objects.select_related("staff", "branch").get(staff=company.zhao_min)

    revoke_role(grant=grant, by=ADMINISTRATOR, at=LATER)

    assert actor_of(user, at=LATER).roles == set()
    assert sentence(events_of(company.zhao_min.stream)[-1]) == (
        "系统 收回 赵敏 的 claims_handler 岗位"
    )


def test_grant_of_an_unknown_role_names_the_nearest(company: Company) -> None:
    with pytest.raises(UnknownRole, match="是否为 claims_handler"):
        grant_role(
            staff=company.zhao_min,
            role="claim_handler",
            branch=company.beijing,
            by=ADMINISTRATOR,
            at=LATER,
        )

    assert RoleGrant.objects.filter(staff=company.zhao_min).count() == 1


def test_grant_to_oneself_twice_or_backwards_is_refused(company: Company) -> None:
    itself = Actor(id=company.zhao_min.actor_id, branch="1", permissions=ADMINISTRATOR.permissions)

    def grant(by: Actor, **period: object) -> None:
        grant_role(
            staff=company.zhao_min,
            role="claims_handler",
            branch=company.dongcheng,
            by=by,
            at=LATER,
            **period,  # type: ignore[arg-type]
        )

    with pytest.raises(OwnGrant):
        grant(itself)
    with pytest.raises(GrantedAlready):
        grant(ADMINISTRATOR)
    with pytest.raises(PeriodIsEmpty):
        grant(ADMINISTRATOR, until_at=LATER)
    assert RoleGrant.objects.filter(staff=company.zhao_min).count() == 1


def test_operations_need_their_permission(company: Company) -> None:
    powerless = Actor(id="staff:x", branch="1")

    with pytest.raises(NotPermitted):
        hire_staff(employee_number="9", name="王五", branch=company.beijing, by=powerless, at=LATER)
    with pytest.raises(NotPermitted):
        end_employment(staff=company.zhao_min, by=powerless, at=LATER)
    assert get_staff("1001").is_active


def test_transferred_staff_keep_their_roles_where_they_were(company: Company) -> None:
    staff = transfer_staff(
        staff=get_staff("1001"), branch=company.shanghai, by=ADMINISTRATOR, at=LATER
    )

    assert get_staff("1001").branch == company.shanghai
    assert staff.user is not None
    assert actor_of(staff.user, at=LATER).branch == "1/110/110101"


def test_leaving_ends_login_roles_and_authority(company: Company) -> None:
    staff = get_staff("1001")
    set_authority(
        staff=staff,
        kind="claim_payment",
        per_stream=Decimal(1),
        reason="试用",
        by=ADMINISTRATOR,
        at=NOON,
    )

    end_employment(staff=staff, by=ADMINISTRATOR, at=LATER)

    assert authenticate(None, username="user1001", password="a long password") is None
    assert set(RoleGrant.objects.filter(staff=staff).values_list("until_at", flat=True)) == {LATER}
    assert AuthorityGrant.objects.get(staff=staff).until_at == LATER
    with pytest.raises(HasLeft):
        end_employment(staff=get_staff("1001"), by=ADMINISTRATOR, at=LATER)


def test_authority_comes_from_the_widest_role(company: Company) -> None:
    actor = Actor(id="staff:x", roles=frozenset({"claims_handler"}))
    both = Actor(id="staff:x", roles=frozenset({"claims_handler", "claims_approver"}))

    assert authority_limit_of(actor.__class__(id="system:x"), "claim_payment", LATER) is None
    handler = Actor(id=company.zhao_min.actor_id, roles=frozenset({"claims_handler"}))
    assert authority_limit_of(handler, "claim_payment", LATER) == (Decimal(5000), Decimal(8000))
    wide = Actor(id=company.zhao_min.actor_id, roles=both.roles)
    assert authority_limit_of(wide, "claim_payment", LATER) == (Decimal(50000), None)
    assert authority_limit_of(wide, "refund", LATER) is None
    assert authority_limit_of(SYSTEM, "claim_payment", LATER) == (Decimal(1000), None)


def test_own_authority_replaces_that_of_the_role_while_it_lasts(company: Company) -> None:
    handler = Actor(id=company.zhao_min.actor_id, roles=frozenset({"claims_handler"}))
    until = LATER + timedelta(days=3)

    grant = set_authority(
        staff=company.zhao_min,
        kind="claim_payment",
        per_stream=Decimal(20000),
        per_payee_day=Decimal(30000),
        since_at=LATER,
        until_at=until,
        reason="台风期间授权上浮",
        by=ADMINISTRATOR,
        at=NOON,
    )

    ordinary = AuthorityLimit(Decimal(5000), Decimal(8000))
    assert find_limit(handler, "claim_payment", NOON) == ordinary
    assert find_limit(handler, "claim_payment", LATER) == (Decimal(20000), Decimal(30000))
    assert find_limit(handler, "claim_payment", until) == ordinary
    end_authority(grant=grant, by=ADMINISTRATOR, at=LATER)
    assert find_limit(handler, "claim_payment", LATER) == ordinary
    assert [sentence(row) for row in events_of(company.zhao_min.stream)][2:] == [
        "系统 将 赵敏 的 claim_payment 权限调整为每案 20000.00 元，原因：台风期间授权上浮",
        "系统 终止 赵敏 的个人 claim_payment 权限",
    ]


def test_authority_without_end_replaces_the_one_before(company: Company) -> None:
    for amount in 1, 2:
        set_authority(
            staff=company.zhao_min,
            kind="claim_payment",
            per_stream=Decimal(amount),
            reason="调整",
            by=ADMINISTRATOR,
            at=NOON + timedelta(hours=amount),
        )

    handler = Actor(id=company.zhao_min.actor_id)
    assert find_limit(handler, "claim_payment", LATER) == (Decimal(2), None)


def test_authority_needs_a_reason_a_known_kind_and_another_person(company: Company) -> None:
    itself = Actor(id=company.zhao_min.actor_id, branch="1", permissions=ADMINISTRATOR.permissions)

    def raise_to(kind: str, reason: str, by: Actor) -> None:
        set_authority(
            staff=company.zhao_min,
            kind=kind,
            per_stream=Decimal(9),
            reason=reason,
            by=by,
            at=LATER,
        )

    with pytest.raises(ReasonRequired):
        raise_to("claim_payment", " ", ADMINISTRATOR)
    with pytest.raises(UnknownAuthority, match="是否为 claim_payment"):
        raise_to("claims_payment", "台风", ADMINISTRATOR)
    with pytest.raises(OwnGrant):
        raise_to("claim_payment", "台风", itself)
    assert not AuthorityGrant.objects.exists()


def test_pools_wait_at_the_nearest_branch_with_holders(
    company: Company, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    handling = Place("claims_handler", "1/110/110101")
    approving = Place("claims_approver", "1/110/110101")
    nobody = Place("claims_handler", "1/310")

    with frozen(LATER), django_assert_num_queries(1):
        found = pools([handling, approving, nobody])

    assert found == {
        handling: Pool("1/110/110101", [Person(company.zhao_min.actor_id, "赵敏")]),
        approving: Pool("1/110", [Person(company.chen_jing.actor_id, "陈静")]),
        nobody: Pool("1/310"),
    }


def test_staff_with_role_are_found_upwards_only(company: Company) -> None:
    assert staff_with_role("claims_approver", "1/110/110101", at=LATER) == [company.chen_jing]
    assert staff_with_role("claims_handler", "1/110", at=LATER) == []


def test_staff_behind_actors(company: Company) -> None:
    ids = [company.zhao_min.actor_id, "system", "customer:x"]

    assert staff_by_actor_ids(ids) == {company.zhao_min.actor_id: company.zhao_min}


def test_list_staff_shows_ones_own_branch_and_below(company: Company) -> None:
    reading = frozenset({"organisation.read_staff"})

    def seen_from(branch: str, permissions: frozenset[str] = reading) -> list[str]:
        actor = Actor(id="staff:x", branch=branch, permissions=permissions)
        return [staff.name for staff in list_staff_for(actor)]

    assert seen_from("1") == ["陈静", "赵敏"]
    assert seen_from("1/110/110101") == ["赵敏"]
    assert seen_from("1/310") == []
    assert seen_from("1", frozenset()) == []


def test_get_staff_names_the_number_it_does_not_know(company: Company) -> None:
    with pytest.raises(UnknownStaff, match="“9”"):
        get_staff("9")
