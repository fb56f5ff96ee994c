from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import unit
from baocheng.engine.work import authority
from baocheng.engine.work.authority import (
    AboveAuthority,
    Approval,
    AuthorityLimit,
    NoAuthority,
    check_authority,
    find_limit,
    register_authority,
    use_authorities,
    use_authority,
)
from baocheng.engine.work.models import AuthorityTotal, AuthorityUse
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Problem
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2025, 9, 26, 12, 0, tzinfo=SHANGHAI)
ZHAO = Actor(id="staff:zhao", name="赵敏")
CHEN = Actor(id="staff:chen", name="陈静")
JUNIOR = AuthorityLimit(Decimal("50000.00"), Decimal("80000.00"))
SENIOR = AuthorityLimit(Decimal("500000.00"))


def approval(amount: str, **changes: Any) -> Approval:
    values: dict[str, Any] = {
        "kind": "claim_payment",
        "amount": Decimal(amount),
        "actor": ZHAO,
        "stream": Stream("claim", new_id()),
        "reference": new_id(),
        "on": NOON.date(),
        "limit": JUNIOR,
    }
    return Approval(**(values | changes))


def total(stream: Stream) -> Decimal:
    kept: Decimal = AuthorityTotal.objects.get(key=str(stream.id)).total
    return kept


@pytest.mark.django_db
def test_an_amount_up_to_the_limit_is_recorded() -> None:
    approved = approval("50000.00", payee="party:1")
    use = use_authority(approved, at=NOON)

    kept = AuthorityUse.objects.get(pk=use.pk)
    assert (kept.amount, kept.actor, kept.stream_id) == (
        Decimal("50000.00"),
        ZHAO.id,
        approved.stream.id,
    )
    assert total(approved.stream) == Decimal("50000.00")


@pytest.mark.django_db
def test_split_amounts_add_up_over_a_stream_whoever_approves() -> None:
    stream = Stream("claim", new_id())
    use_authority(approval("30000.00", stream=stream), at=NOON)

    with pytest.raises(AboveAuthority) as refusal:
        use_authority(approval("20000.01", stream=stream, actor=CHEN), at=NOON)

    assert (refusal.value.code, refusal.value.status) == ("work.above_authority", 403)
    assert str(refusal.value) == (
        "本案累计金额 50000.01 元超过您的审批权限 50000.00 元，请提交上级审批。"
    )
    assert (total(stream), AuthorityUse.objects.count()) == (Decimal("30000.00"), 1)
    use_authority(approval("20000.01", stream=stream, actor=CHEN, limit=SENIOR), at=NOON)
    assert total(stream) == Decimal("50000.01")


@pytest.mark.django_db
def test_amounts_to_one_payee_add_up_over_the_day() -> None:
    use_authority(approval("50000.00", payee="party:1"), at=NOON)

    with pytest.raises(AboveAuthority) as refusal:
        use_authority(approval("30000.01", payee="party:1"), at=NOON)
    assert str(refusal.value) == (
        "同一收款人当日累计金额 80000.01 元超过您的审批权限 80000.00 元，请提交上级审批。"
    )
    use_authority(approval("30000.01", payee="party:2"), at=NOON)
    use_authority(approval("30000.01", payee="party:1", on=NOON.date().replace(day=27)), at=NOON)
    use_authority(approval("30000.01", payee="party:1", kind="reserve"), at=NOON)
    assert AuthorityUse.objects.count() == 4


@pytest.mark.django_db
def test_approving_the_same_reference_again_replaces_its_amount() -> None:
    first = approval("45000.00", payee="party:1")
    use_authority(first, at=NOON)
    again = approval(
        "48000.00", stream=first.stream, reference=first.reference, payee="party:2", actor=CHEN
    )
    use_authority(again, at=NOON)

    assert (total(first.stream), AuthorityUse.objects.get().actor) == (Decimal("48000.00"), CHEN.id)
    by_payee = AuthorityTotal.objects.filter(scope="PAYEE_DAY").values_list("key", "total")
    assert dict(by_payee) == {
        "2025-09-26:party:1": Decimal("0.00"),
        "2025-09-26:party:2": Decimal("48000.00"),
    }


@pytest.mark.django_db
def test_one_refusal_of_many_leaves_nothing() -> None:
    stream = Stream("claim", new_id())
    with pytest.raises(AboveAuthority):
        use_authorities(
            [approval("40000.00", stream=stream), approval("10000.01", stream=stream)], at=NOON
        )

    assert (AuthorityUse.objects.count(), AuthorityTotal.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_refusal_that_is_caught_leaves_the_sums_alone() -> None:
    stream = Stream("claim", new_id())
    with unit():
        use_authority(approval("40000.00", stream=stream), at=NOON)
        with pytest.raises(AboveAuthority):
            use_authority(approval("10000.01", stream=stream), at=NOON)
        use_authority(approval("10000.00", stream=stream), at=NOON)

    assert (total(stream), AuthorityUse.objects.count()) == (Decimal("50000.00"), 2)


@pytest.mark.django_db
def test_checking_beforehand_records_nothing() -> None:
    used = approval("40000.00")
    use_authority(used, at=NOON)

    check_authority(approval("10000.00", stream=used.stream), at=NOON)
    check_authority(
        approval("50000.00", stream=used.stream, reference=used.reference, payee="x"), at=NOON
    )
    with pytest.raises(AboveAuthority):
        check_authority(approval("10000.01", stream=used.stream), at=NOON)
    assert AuthorityUse.objects.count() == 1


@pytest.fixture
def organisation() -> Iterator[dict[str, AuthorityLimit]]:
    limits: dict[str, AuthorityLimit] = {}
    before = authority._limits.ask
    register_authority(lambda actor, kind, at: limits.get(actor.id))
    yield limits
    register_authority(before)


@pytest.mark.django_db
def test_the_organisation_says_how_far_an_authority_goes(
    organisation: dict[str, AuthorityLimit],
) -> None:
    organisation[CHEN.id] = SENIOR

    assert find_limit(CHEN, "claim_payment", NOON) == SENIOR
    use_authority(approval("400000.00", actor=CHEN, limit=None), at=NOON)
    with pytest.raises(NoAuthority):
        use_authority(approval("0.01", limit=None), at=NOON)
    assert AuthorityUse.objects.count() == 1


@pytest.mark.django_db
def test_many_approvals_cost_as_many_statements_as_one(django_assert_num_queries: Any) -> None:
    for count in (1, 40):
        # Savepoint, uses locked, sums locked, sums written, uses inserted, release.
        with django_assert_num_queries(6):
            use_authorities([approval("1.00", payee=f"p{n}") for n in range(count)], at=NOON)


@pytest.mark.django_db
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6_000_000)), max_size=8))
def test_no_sequence_of_approvals_passes_the_limit(cents: list[tuple[int, int]]) -> None:
    stream = Stream("claim", new_id())
    references = [new_id() for _ in range(4)]
    accepted: dict[UUID, Decimal] = {}
    for number, amount in cents:
        yuan, reference = Decimal(amount) / 100, references[number]
        others = sum((kept for key, kept in accepted.items() if key != reference), Decimal(0))
        try:
            use_authority(approval(str(yuan), stream=stream, reference=reference), at=NOON)
        except AboveAuthority:
            assert others + yuan > Decimal(50_000)
        else:
            accepted[reference] = yuan
            assert total(stream) == others + yuan <= Decimal(50_000)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls at the same time, each on a connection of its own."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            gate.wait(timeout=10)
            return call()
        except Problem as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_approvals_at_once_cannot_together_pass_the_limit() -> None:
    stream = Stream("claim", new_id())
    approvals = [approval("20000.00", stream=stream, payee="party:1") for _ in range(5)]
    answers = at_once(*[lambda one=one: use_authority(one, at=NOON) for one in approvals])

    assert answers.count("work.above_authority") == 3
    assert total(stream) == Decimal("40000.00")
    assert AuthorityUse.objects.filter(stream_id=stream.id).count() == 2


@pytest.mark.django_db(transaction=True)
def test_approvals_of_several_sums_at_once_never_deadlock() -> None:
    streams = [Stream("claim", new_id()) for _ in range(6)]

    def several(order: int) -> object:
        wanted = streams if order % 2 else streams[::-1]
        return len(use_authorities([approval("1.00", stream=one) for one in wanted], at=NOON))

    assert at_once(*[lambda order=order: several(order) for order in range(4)]) == [6] * 4
    assert {total(stream) for stream in streams} == {Decimal("4.00")}
