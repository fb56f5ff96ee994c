"""Running totals are never spent twice, whatever happens at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from baocheng.areas.policies.models import Accumulator, Policy
from baocheng.areas.policies.operations.accumulators import lock_accumulators, spend
from baocheng.areas.policies.operations.issuing import NewPolicy, issue_policy
from baocheng.areas.policies.queries import accumulators_of
from baocheng.areas.products.inputs import AccumulatorKey
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.unit import unit

from .conftest import JAN, UNDERWRITER

Make = Callable[..., NewPolicy]


def keys_of(policy: Policy) -> list[AccumulatorKey]:
    return [
        AccumulatorKey(str(policy.id), "", name, "2026-01-01") for name in ("limit", "deductible")
    ]


@pytest.mark.django_db
def test_spending_adds_up_over_units(
    handbook: Handbook, new_policy: Make, django_assert_num_queries: Callable[..., object]
) -> None:
    policy = issue_policy(policy=new_policy(), by=UNDERWRITER, at=JAN)
    limit, deductible = keys_of(policy)

    with django_assert_num_queries(4), unit():  # lock, update, and the transaction's own two
        assert lock_accumulators([limit, deductible]) == {limit: 0, deductible: 0}
        spend({limit: Decimal("10.50")})
        spend({limit: Decimal("1.50"), deductible: Decimal("3.00")})
        assert lock_accumulators([limit])[limit] == Decimal("12.00")
    with unit():
        held = lock_accumulators([deductible, limit])
        spend({limit: Decimal("-2.00")})

    assert held == {deductible: Decimal("3.00"), limit: Decimal("12.00")}
    assert [(row.name, row.used_amount) for row in accumulators_of(policy.id)] == [
        ("deductible", Decimal("3.00")),
        ("limit", Decimal("10.00")),
    ]


@pytest.mark.django_db
def test_total_never_falls_below_zero(handbook: Handbook, new_policy: Make) -> None:
    policy = issue_policy(policy=new_policy(), by=UNDERWRITER, at=JAN)
    limit, _deductible = keys_of(policy)

    def give_back() -> None:
        with unit():
            lock_accumulators([limit])
            spend({limit: Decimal("-0.01")})

    with pytest.raises(IntegrityError, match="not_negative"):
        give_back()

    assert accumulators_of(policy.id) == []


@pytest.mark.django_db
def test_spending_without_the_lock_is_a_broken_invariant(
    handbook: Handbook, new_policy: Make
) -> None:
    policy = issue_policy(policy=new_policy(), by=UNDERWRITER, at=JAN)

    with pytest.raises(AssertionError), unit():
        spend({keys_of(policy)[0]: Decimal(1)})


@pytest.mark.django_db(transaction=True)
def test_claims_at_once_never_pass_the_limit_together(handbook: Handbook, new_policy: Make) -> None:
    policy = issue_policy(policy=new_policy(), by=UNDERWRITER, at=JAN)
    limit, deductible = keys_of(policy)
    most, wanted = Decimal("1000.00"), Decimal("90.00")

    def claim(order: list[AccumulatorKey]) -> None:
        for _ in range(10):
            with unit():
                used = lock_accumulators(order)
                spend({limit: min(wanted, most - used[limit]), deductible: Decimal(1)})
        connection.close()

    orders = ([limit, deductible], [deductible, limit]) * 2
    with ThreadPoolExecutor(len(orders)) as people:
        list(people.map(claim, orders))

    assert dict(Accumulator.objects.values_list("name", "used_amount")) == {
        "limit": most,
        "deductible": Decimal("40.00"),
    }
