from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from baocheng.adapters.imports import handling
from baocheng.adapters.imports.crew import import_crew
from baocheng.adapters.imports.pg17_claims import ClaimRow, Pg17Claims
from baocheng.adapters.imports.pg17_policies import YEAR_ENDS, YEAR_STARTS, Pg17Policies
from baocheng.areas.billing.models import Payable
from baocheng.areas.billing.queries import trial_balance
from baocheng.areas.claims.models import Claim
from baocheng.engine.journal.models import EventRow
from baocheng.engine.work.models import WorkItem

from .conftest import Killed, kill
from .test_pg17_policies import COLUMNS as POLICY_COLUMNS
from .test_pg17_policies import row as policy_row

COLUMNS = {
    "id_client": "VARCHAR",
    "id_vehicle": "VARCHAR",
    "id_claim": "VARCHAR",
    "claim_amount": "DOUBLE",
}

# A simple claim, a recovery, nothing to pay, one above the fast lane, one for the head office.
AMOUNTS = {"A1": 927.16, "A2": -310.5, "A3": 0.0, "A4": 6500.01, "A5": 141828.26}
BALANCED = {
    "赔案数": (5, 0, 5),
    "已结案": (5, 0, 5),
    "赔付金额": (Decimal("149255.43"), 0, Decimal("149255.43")),
    "追偿金额": (Decimal("310.50"), 0, Decimal("310.50")),
    "净额": (Decimal("148944.93"), 0, Decimal("148944.93")),
}
LEDGER = {
    "BANK": (Decimal("310.50"), Decimal("149255.43")),
    "CLAIMS_PAYABLE": (Decimal("149255.43"), Decimal("149255.43")),
    "CLAIMS_PAID": (Decimal("149255.43"), Decimal(0)),
    "RECOVERIES": (Decimal(0), Decimal("310.50")),
}


@pytest.fixture
def policies(tmp_path: Path, write, run) -> None:
    """Import a policy for each client."""
    rows = [policy_row(client, "V01", "Median2") for client in AMOUNTS]
    run(Pg17Policies(), write(tmp_path / "pol.parquet", POLICY_COLUMNS, rows))


@pytest.fixture
def file(tmp_path: Path, write, policies: None) -> Path:
    """Five claims, one per client."""
    rows = [[client, "V01", "CL01", amount] for client, amount in AMOUNTS.items()]
    return write(tmp_path / "claims.parquet", COLUMNS, rows)


def ledger() -> dict[str, tuple[Decimal, Decimal]]:
    return {each.account.value: (each.debit_amount, each.credit_amount) for each in trial_balance()}


def test_claims_run_to_payment_and_balance_to_the_file(file, run, figures) -> None:
    outcome = run(Pg17Claims(), file)

    assert outcome.is_balanced
    assert figures(outcome) == BALANCED
    assert ledger() == LEDGER
    assert outcome.ledger == 0
    assert outcome.verified.broken == []


def test_each_claim_ends_as_its_amount_says(file, run) -> None:
    run(Pg17Claims(), file)

    rows = Claim.objects.order_by("source")
    assert list(rows.values_list("kind", "state", "outcome", "paid_amount")) == [
        ("CLAIM", "CLOSED", "PAID_IN_FULL", Decimal("927.16")),
        ("RECOVERY", "CLOSED", "RECOVERED", Decimal("-310.50")),
        ("CLAIM", "CLOSED", "NOTHING_PAYABLE", Decimal("0.00")),
        ("CLAIM", "CLOSED", "PAID_IN_FULL", Decimal("6500.01")),
        ("CLAIM", "CLOSED", "PAID_IN_FULL", Decimal("141828.26")),
    ]


def test_what_one_has_assessed_the_other_approves(file, run) -> None:
    run(Pg17Claims(), file)

    done = WorkItem.objects.exclude(element="visit_customer").order_by("stream_id", "opened_at")
    people = {(item.element, item.completed_by) for item in done}
    assert people == {
        ("assess_liability", "system:import_handler"),
        ("confirm_calculation", "system:import_handler"),
        ("approve_claim", "system:import_reviewer"),
        ("approve_large_claim", "system:import_reviewer"),
    }
    reviewer = import_crew("1").reviewer
    assert not reviewer.may("claims.report_claim")


def test_running_again_imports_nothing_twice(file, run, figures) -> None:
    run(Pg17Claims(), file)
    before = EventRow.objects.count()

    again = run(Pg17Claims(), file)

    assert figures(again) == BALANCED
    assert EventRow.objects.count() == before
    assert ledger() == LEDGER


def test_a_run_killed_between_batches_ends_with_the_same_ledger(
    file, run, killed_after, figures
) -> None:
    with pytest.raises(Killed):
        run(Pg17Claims(), file, size=2, advance=killed_after(2))
    assert Claim.objects.count() == 4

    outcome = run(Pg17Claims(), file, size=2)

    assert outcome.is_balanced
    assert figures(outcome) == BALANCED
    assert ledger() == LEDGER


@pytest.mark.parametrize("step", ["confirm_payments", "complete_tasks"])
def test_a_run_killed_between_steps_is_finished_by_the_next(
    file, run, figures, monkeypatch, step
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(handling, step, kill)
        with pytest.raises(Killed):
            run(Pg17Claims(), file)
    assert Claim.objects.exclude(state="CLOSED").exists()

    outcome = run(Pg17Claims(), file)

    assert outcome.is_balanced
    assert figures(outcome) == BALANCED
    assert ledger() == LEDGER
    assert Payable.objects.count() == 3


def test_a_row_killed_while_it_was_taken_leaves_nothing(file, run, figures, monkeypatch) -> None:
    events = EventRow.objects.count()
    with monkeypatch.context() as patched:
        patched.setattr(handling, "report_claims", kill)
        with pytest.raises(Killed):
            run(Pg17Claims(), file)
    assert (Claim.objects.count(), EventRow.objects.count()) == (0, events)

    assert run(Pg17Claims(), file).is_balanced


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        (["A9", "V01", "CL01", 10.0], "imports.policy_not_imported", "id_vehicle"),
        (["A1", "V01", "CL02", 10.005], "imports.amount_invalid", "claim_amount"),
        (["A1", "V01", "CL02", None], "imports.amount_invalid", "claim_amount"),
        (["A1", "V01", None, 10.0], "imports.row_incomplete", "id_claim"),
    ],
)
def test_a_row_that_cannot_be_taken_is_rejected(  # noqa: PLR0917  (fixtures and cases)
    tmp_path, write, policies, run, figures, values, code, field
) -> None:
    rows = [["A1", "V01", "CL01", 50.0], values]
    outcome = run(Pg17Claims(), write(tmp_path / "claims.parquet", COLUMNS, rows))

    (rejected,) = outcome.rejected
    assert (rejected.problem.code, rejected.problem.fields) == (code, (field,))
    assert figures(outcome)["赔案数"] == (2, 1, 1)
    assert Claim.objects.get().source == "pg17:A1-V01-CL01"


def test_a_claim_that_somebody_refuses_is_named_and_the_others_go_on(file, run, figures) -> None:
    stranger = replace(import_crew("1").reviewer, roles=frozenset({"claims_supervisor"}))
    crew = replace(import_crew("1"), reviewer=stranger)

    outcome = run(Pg17Claims(), file, crew=crew)

    (stopped,) = outcome.unfinished
    assert (stopped.key, stopped.problem.code) == ("A5-V01-CL01", "work.not_yours")
    assert not outcome.is_balanced
    assert figures(outcome)["已结案"] == (5, 0, 4)
    assert run(Pg17Claims(), file).is_balanced


def test_a_loss_has_a_day_of_its_own_in_year_0() -> None:
    row = ClaimRow("A00000009", "V01", "CL01", Decimal("927.16"))

    assert row.loss_at == ClaimRow("A00000009", "V01", "CL01", None).loss_at
    days = {ClaimRow(f"A{i}", "V01", "CL01", None).loss_at.date() for i in range(2000)}
    assert len(days) > 350
    assert all(YEAR_STARTS.date() <= day < YEAR_ENDS.date() for day in days)
