from datetime import timedelta
from decimal import Decimal

import pytest

from baocheng.areas.claims.calculations import outcome_of
from baocheng.areas.claims.enums import Outcome
from baocheng.areas.claims.facts import LABELS, Facts, summary
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.queries import claims_of_policy, find_by_sources, get_file, load_files
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.demo.company import ACCIDENT
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotFound
from factories.claims import a_bill, a_line, open_tasks, report, report_illness
from factories.company import FRIDAY, YEAR_START, a_medical_policy, a_policy

company = pytest.mark.usefixtures("company")


@pytest.mark.parametrize(
    ("claimed", "payable", "outcome"),
    [
        ("100.00", "100.00", Outcome.PAID_IN_FULL),
        ("100.00", "99.99", Outcome.PAID_IN_PART),
        ("100.00", "0.01", Outcome.PAID_IN_PART),
        ("100.00", "0.00", Outcome.NOTHING_PAYABLE),
        # A benefit has no amount of its own: what the contract says is all.
        ("0.00", "500000.00", Outcome.PAID_IN_FULL),
    ],
)
def test_outcome_says_how_much_of_the_claim_is_paid(
    claimed: str, payable: str, outcome: Outcome
) -> None:
    assert outcome_of(Decimal(claimed), Decimal(payable)) is outcome


def known(claim: Claim) -> dict[str, object]:
    return dict(Facts(get_file(claim.id)))


@company
@pytest.mark.django_db
def test_facts_are_those_that_have_labels() -> None:
    assert known(report(a_policy())).keys() == LABELS.keys()


@company
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "by_accident", "is_waiting"),
    [(29, False, True), (30, False, False), (29, True, False)],
)
def test_waiting_period_counts_from_the_first_day_and_not_for_accidents(
    days: int, by_accident: bool, is_waiting: bool
) -> None:
    lost_at = YEAR_START + timedelta(days=days, hours=8)
    bill = a_bill("surgery", "900.00", on=lost_at.date())

    claim = report_illness(
        a_medical_policy(), lines=[bill], loss_at=lost_at, by_accident=by_accident
    )

    assert known(claim)["days_in_cover"] == days
    assert known(claim)["in_waiting_period"] is is_waiting


@company
@pytest.mark.django_db
def test_simple_claim_without_fault_goes_to_people() -> None:
    claim = report(a_policy(), fault_ratio=None)

    assert known(claim)["is_fault_known"] is False
    assert open_tasks(claim) == ["assess_liability"]


@company
@pytest.mark.django_db
def test_death_goes_to_people_whatever_the_amount() -> None:
    death = (CoverageTerms(coverage="accident_death", amounts=ACCIDENT[0].amounts),)
    policy = a_policy("personal_accident", death)
    line = a_line("death", "0.00")

    claim = report(policy, [line], by_accident=True, documents=["death_certificate"])

    assert known(claim)["death_involved"] is True
    assert claim.track == "complex"


@company
@pytest.mark.django_db
def test_summary_hides_the_name() -> None:
    shown = summary(get_file(report(a_policy()).id))

    assert shown.shown["customer"] == "王*"
    assert (shown.branch, shown.amount) == ("1/31", Decimal("1500.00"))


@company
@pytest.mark.django_db
def test_claims_are_read_by_id_policy_and_source() -> None:
    policy = a_policy()
    first = report(policy, source="pg17:1")
    second = report(policy, loss_at=FRIDAY - timedelta(days=30))

    assert list(load_files([first.id, second.id, new_id()])) == [first.id, second.id]
    assert claims_of_policy(policy.id) == [first, second]
    assert claims_of_policy(policy.id, since=FRIDAY - timedelta(days=9)) == [first]
    assert find_by_sources(["pg17:1", "pg17:2"]) == {"pg17:1": first}
    with pytest.raises(NotFound):
        get_file(new_id())
