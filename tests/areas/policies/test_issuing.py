from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from baocheng.areas.policies import queries
from baocheng.areas.policies.bitemporal import Insured
from baocheng.areas.policies.models import Policy, PolicyTransaction
from baocheng.areas.policies.operations.issuing import (
    AlreadyImported,
    NewPolicy,
    NotSoldYet,
    TermReversed,
    issue_policies,
    issue_policy,
)
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.engine.journal.models import EventRow
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.streams import Actor
from baocheng.kernel.identifiers import business_number
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotFound, NotPermitted, Problem, Problems
from baocheng.kernel.time import SHANGHAI

from .conftest import BRANCH, JAN, NEXT_JAN, UNDERWRITER

Make = Callable[..., NewPolicy]
pytestmark = pytest.mark.django_db


def test_issued_policy_is_numbered_recorded_and_found(handbook: Handbook, new_policy: Make) -> None:
    new = new_policy(insureds=[Insured(party_id=new_id(), name="王芳", plate=" 京a·12345 ")])

    policy = issue_policy(policy=new, by=UNDERWRITER, at=JAN)

    assert business_number.parse(policy.number)[:3] == ("P", "110101", 2026)
    (event,) = events_of(policy.stream)
    assert sentence(event) == f"李强 签发保单 {policy.number}，保费 2950.00 元"
    ref = queries.find_by_numbers({policy.number, "P0"})[policy.number]
    assert ref == (policy.id, policy.number, BRANCH, "motor", 1, new.holder_id)
    assert queries.find_by_plate("京A12345") == [ref]
    assert queries.find_by_insured(new.insureds[0].party_id) == [ref]
    assert queries.find_by_insured(new_id()) == []
    assert queries.get_policy_for(UNDERWRITER, policy.number) == policy


def test_many_policies_cost_as_many_statements_as_one(handbook: Handbook, new_policy: Make) -> None:
    issue_policy(policy=new_policy(), by=UNDERWRITER, at=JAN)
    counts = set()

    for count in (1, 50):
        policies = [new_policy(source=f"file:{count}:{n}") for n in range(count)]
        with CaptureQueriesContext(connection) as statements:
            issued = issue_policies(policies=policies, by=UNDERWRITER, at=JAN)
        assert len({one.number for one in issued if isinstance(one, Policy)}) == count
        counts.add(len(statements))

    assert len(counts) == 1


def test_refused_row_does_not_stop_the_others(handbook: Handbook, new_policy: Make) -> None:
    issue_policy(policy=new_policy(source="file:1"), by=UNDERWRITER, at=JAN)

    first, reversed_term, same, twice, last = issue_policies(
        policies=[
            new_policy(source="file:2"),
            new_policy(ends_at=JAN),
            new_policy(source="file:1"),
            new_policy(source="file:2"),
            new_policy(source="file:3"),
        ],
        by=UNDERWRITER,
        at=JAN,
    )

    assert isinstance(first, Policy)
    assert isinstance(reversed_term, TermReversed)
    assert isinstance(same, AlreadyImported)
    assert isinstance(twice, AlreadyImported)
    assert isinstance(last, Policy)
    assert Policy.objects.count() == 3


def test_everything_wrong_with_a_policy_is_named_and_nothing_is_kept(
    handbook: Handbook, new_policy: Make
) -> None:
    insured = Insured(party_id=new_id(), name="王芳", plate="京A1")
    wrong = new_policy(
        ends_at=JAN,
        premium_amount=Decimal("-0.01"),
        insureds=[insured, insured],
        covers=[CoverageTerms(coverage="third_party", amounts={"sum_insured": Decimal(1)})],
    )
    before = EventRow.objects.count()

    with pytest.raises(Problems) as refused:
        issue_policy(policy=wrong, by=UNDERWRITER, at=JAN)

    assert [(each.code, *each.fields) for each in refused.value.problems] == [
        ("policies.term_reversed", "ends_at"),
        ("policies.premium_negative", "premium_amount"),
        ("kernel.plate.format", "insureds.0.plate"),
        ("policies.insured_repeated", "insureds.1"),
        ("kernel.plate.format", "insureds.1.plate"),
        ("products.term_refused", "covers.0.amounts.sum_insured"),
    ]
    assert not Policy.objects.exists()
    assert EventRow.objects.count() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"product": "motr"}, "products.product_not_found"),
        ({"insureds": []}, "policies.insured_missing"),
        ({"covers": []}, "products.no_coverage"),
    ],
)
def test_single_fault_is_raised_as_itself(
    handbook: Handbook, new_policy: Make, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        issue_policy(policy=new_policy(**changes), by=UNDERWRITER, at=JAN)

    assert refused.value.code == code


def test_product_is_not_sold_before_its_time(handbook: Handbook, new_policy: Make) -> None:
    with pytest.raises(NotSoldYet, match="自 2020-09-19 起才能承保"):
        issue_policy(policy=new_policy(), by=UNDERWRITER, at=datetime(2020, 9, 18, tzinfo=SHANGHAI))


def test_policy_is_issued_and_seen_only_within_the_own_branch(
    handbook: Handbook, new_policy: Make
) -> None:
    policy = issue_policy(policy=new_policy(), by=UNDERWRITER, at=JAN)
    other = replace(UNDERWRITER, branch="1/310")
    clerk = Actor(id="staff:9", branch="1")

    with pytest.raises(NotPermitted):
        issue_policy(policy=new_policy(branch=BRANCH), by=other, at=JAN)
    with pytest.raises(NotPermitted):
        issue_policy(policy=new_policy(), by=clerk, at=JAN)
    with pytest.raises(NotFound):
        queries.get_policy_for(other, policy.number)
    with pytest.raises(NotPermitted):
        queries.list_policies_for(clerk)

    assert list(queries.list_policies_for(other)) == []
    assert list(queries.list_policies_for(replace(UNDERWRITER, branch="1"))) == [policy]
    assert Policy.objects.count() == 1


def test_transaction_cannot_be_changed_behind_the_back(
    handbook: Handbook, new_policy: Make
) -> None:
    policy = issue_policy(policy=new_policy(), by=UNDERWRITER, at=JAN)
    rows = PolicyTransaction.objects.filter(policy=policy)

    for change in (lambda: rows.update(reason="x"), rows.delete):
        with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
            change()

    assert [row.reason for row in rows] == [""]


def test_cover_keeps_when_unbroken_cover_began(handbook: Handbook, new_policy: Make) -> None:
    since = JAN - timedelta(days=365)
    policy = issue_policy(policy=new_policy(insured_since=since), by=UNDERWRITER, at=JAN)

    cover = queries.cover_at(policy.id, effective=JAN, known=JAN)

    assert cover is not None
    assert (cover.insured_since, cover.starts_at, cover.ends_at) == (since, JAN, NEXT_JAN)
