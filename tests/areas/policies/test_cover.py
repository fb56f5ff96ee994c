"""Cover at a moment as known at a moment, endorsements out of sequence included."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.areas.policies import queries
from baocheng.areas.policies.bitemporal import (
    Insured,
    Layer,
    Terms,
    TermsChange,
    slices,
    terms_at,
)
from baocheng.areas.policies.enums import TransactionKind
from baocheng.areas.policies.models import Policy, PolicyTransaction
from baocheng.areas.policies.operations.changing import (
    LaterChangeStands,
    NothingChanges,
    NotInForce,
    RecordedBeforePrevious,
    cancel_policy,
    endorse_policy,
)
from baocheng.areas.policies.operations.issuing import NewPolicy, issue_policy
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.engine.journal.models import EventRow
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.streams import Actor
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotPermitted, Problem
from baocheng.kernel.time import SHANGHAI

from .conftest import JAN, NEXT_JAN, UNDERWRITER

Make = Callable[..., NewPolicy]


def day(month: int, of: int = 1) -> datetime:
    return datetime(2026, month, of, tzinfo=SHANGHAI)


def limit(amount: str) -> TermsChange:
    terms = CoverageTerms(coverage="third_party", amounts={"sum_insured": Decimal(amount)})
    return TermsChange(covers={"third_party": terms})


def vehicle(plate: str) -> TermsChange:
    return TermsChange(insureds={plate: Insured(party_id=new_id(), name="李强", plate=plate)})


def endorse(
    policy: Policy, change: TermsChange, starts_at: datetime, at: datetime, **more: datetime
) -> Sequence[PolicyTransaction]:
    return endorse_policy(
        policy_id=policy.id,
        change=change,
        starts_at=starts_at,
        reason="客户申请",
        by=UNDERWRITER,
        at=at,
        **more,
    )


def cancel(policy: Policy, cancelled_at: datetime, at: datetime) -> PolicyTransaction:
    return cancel_policy(
        policy_id=policy.id,
        cancelled_at=cancelled_at,
        refund_amount=Decimal("100.00"),
        reason="车辆报废",
        by=UNDERWRITER,
        at=at,
    )


def said(policy_id: UUID, effective: datetime, known: datetime) -> tuple[str, int] | None:
    """Return the third-party limit and the number of insured vehicles."""
    cover = queries.cover_at(policy_id, effective=effective, known=known)
    if cover is None:
        return None
    amounts = {each.coverage: each.amounts for each in cover.covers}
    return str(amounts["third_party"]["sum_insured"]), len(cover.insureds)


@pytest.fixture
def policy(handbook: Handbook, new_policy: Make) -> Policy:
    return issue_policy(policy=new_policy(), by=UNDERWRITER, at=JAN)


def test_cover_holds_from_the_start_up_to_not_including_the_end(policy: Policy) -> None:
    second = timedelta(seconds=1)

    assert said(policy.id, JAN, JAN) == ("500000.00", 1)
    assert said(policy.id, NEXT_JAN - second, JAN) == ("500000.00", 1)
    assert said(policy.id, NEXT_JAN, JAN) is None
    assert said(policy.id, JAN - second, JAN) is None
    assert said(policy.id, JAN, JAN - second) is None
    assert said(new_id(), JAN, JAN) is None


def test_endorsement_counts_from_its_effect_and_only_once_known(policy: Policy) -> None:
    (added,) = endorse(policy, limit("1000000.00"), day(6), at=day(5, 20))

    assert said(policy.id, day(6), day(5, 20)) == ("1000000.00", 1)
    assert said(policy.id, day(6), day(5, 19)) == ("500000.00", 1)
    assert said(policy.id, day(5, 31), day(12)) == ("500000.00", 1)
    assert queries.changes_after(policy.id, day(5, 19)) == [added]
    assert queries.changes_after(policy.id, day(5, 20)) == []
    assert sentence(events_of(policy.stream)[-1]) == (
        f"李强 批改保单 {policy.number}（批单 {added.endorsement}）：客户申请"
    )


def test_endorsement_before_an_earlier_recorded_one_keeps_its_change(policy: Policy) -> None:
    endorse(policy, limit("1000000.00"), day(6), at=day(2))

    added = endorse(policy, vehicle("沪B67890"), day(3), at=day(8))

    assert [(row.starts_at, row.ends_at) for row in added] == [
        (day(3), day(6)),
        (day(6), NEXT_JAN),
    ]
    assert len({row.endorsement for row in added}) == 1
    assert said(policy.id, day(4), day(8)) == ("500000.00", 2)
    assert said(policy.id, day(7), day(8)) == ("1000000.00", 2)
    assert said(policy.id, day(7), day(7)) == ("1000000.00", 1)
    assert said(policy.id, day(2), day(8)) == ("500000.00", 1)
    (found,) = queries.find_by_plate("沪B67890")
    assert found.id == policy.id


def test_endorsement_against_a_later_change_of_the_same_thing_is_refused(policy: Policy) -> None:
    endorse(policy, limit("1000000.00"), day(6), at=day(2))
    before = EventRow.objects.count(), PolicyTransaction.objects.count()

    with pytest.raises(LaterChangeStands, match="2026-06-01"):
        endorse(policy, limit("2000000.00"), day(3), at=day(8))

    assert before == (EventRow.objects.count(), PolicyTransaction.objects.count())
    endorse(policy, limit("2000000.00"), day(3), at=day(8), ends_at=day(6))
    assert said(policy.id, day(4), day(8)) == ("2000000.00", 1)
    assert said(policy.id, day(6), day(8)) == ("1000000.00", 1)


def test_cancelled_policy_covers_nothing_from_then_on_once_known(policy: Policy) -> None:
    added = cancel(policy, day(10), at=day(9, 15))

    assert said(policy.id, day(10), day(9, 15)) is None
    assert said(policy.id, day(10), day(9, 14)) == ("500000.00", 1)
    cover = queries.cover_at(policy.id, effective=day(9), known=day(9, 15))
    assert cover is not None
    assert cover.ends_at == day(10)
    assert sentence(events_of(policy.stream)[-1]) == (
        f"李强 解除保单 {policy.number}（批单 {added.endorsement}），退费 100.00 元：车辆报废"
    )


def test_late_endorsement_does_not_revive_a_cancelled_policy(policy: Policy) -> None:
    cancel(policy, day(10), at=day(9, 15))

    (added,) = endorse(policy, limit("1000000.00"), day(9), at=day(11))

    assert (added.starts_at, added.ends_at) == (day(9), day(10))
    assert said(policy.id, day(10), day(12)) is None


def test_policy_is_not_changed_where_it_covers_nothing(policy: Policy) -> None:
    cancel(policy, day(10), at=day(9, 15))
    before = EventRow.objects.count(), PolicyTransaction.objects.count()

    for refused in (
        lambda: endorse(policy, limit("1000000.00"), day(10), at=day(11)),
        lambda: endorse(policy, limit("1000000.00"), JAN - timedelta(days=1), at=day(11)),
        lambda: cancel(policy, day(11), at=day(11)),
    ):
        with pytest.raises(NotInForce):
            refused()

    assert before == (EventRow.objects.count(), PolicyTransaction.objects.count())


def test_wrong_endorsement_is_refused_and_leaves_nothing(policy: Policy) -> None:
    endorse(policy, limit("1000000.00"), day(6), at=day(5))
    before = EventRow.objects.count(), PolicyTransaction.objects.count()
    stranger = Actor(id="staff:9", branch="1")

    with pytest.raises(NothingChanges):
        endorse(policy, limit("1000000.00"), day(7), at=day(6))
    with pytest.raises(RecordedBeforePrevious):
        endorse(policy, limit("2000000.00"), day(7), at=day(4))
    with pytest.raises(Problem) as unfit:
        endorse(policy, TermsChange(insureds={"京A12345": None}), day(7), at=day(6))
    with pytest.raises(NotPermitted):
        cancel_policy(
            policy_id=policy.id,
            cancelled_at=day(7),
            refund_amount=Decimal(0),
            reason="",
            by=stranger,
            at=day(7),
        )

    assert unfit.value.code == "policies.insured_missing"
    assert before == (EventRow.objects.count(), PolicyTransaction.objects.count())


def test_many_covers_are_read_in_one_statement(
    handbook: Handbook, new_policy: Make, django_assert_num_queries: Callable[..., object]
) -> None:
    policies = [issue_policy(policy=new_policy(), by=UNDERWRITER, at=JAN) for _ in range(3)]
    asked = [(policy.id, day(3), day(3)) for policy in policies]

    with django_assert_num_queries(1):
        covers = queries.covers_at([*asked, (new_id(), day(3), day(3))])

    assert [covers[each].number for each in asked] == [policy.number for policy in policies]
    assert len(covers) == 3
    assert queries.covers_at([]) == {}


hours = st.integers(0, 20).map(lambda n: JAN + timedelta(hours=n))


@st.composite
def layer_stacks(draw: st.DrawFn) -> list[Layer]:
    stack = []
    for place in range(draw(st.integers(1, 6))):
        start, end = sorted(draw(st.lists(hours, min_size=2, max_size=2, unique=True)))
        kind = draw(st.sampled_from(TransactionKind))
        terms = Terms(insureds=(), covers=(), premium_amount=Decimal(place))
        stack.append(Layer(kind, start, end, terms))
    return stack


@given(layers=layer_stacks())
def test_slices_say_at_every_moment_what_the_layers_say(layers: list[Layer]) -> None:
    cut = list(slices(layers, JAN, JAN + timedelta(hours=20)))

    assert cut[0].starts_at == JAN
    assert cut[-1].ends_at == JAN + timedelta(hours=20)
    assert all(one.ends_at == other.starts_at for one, other in pairwise(cut))
    for hour in range(20):
        at = JAN + timedelta(hours=hour, minutes=30)
        (held,) = (each for each in cut if each.starts_at <= at < each.ends_at)
        assert held.terms == terms_at(layers, at)
