from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.adapters.imports import handling
from baocheng.adapters.imports.synthea import Synthea, shares
from baocheng.areas.claims.models import CalculationRecord, Claim, ClaimLine
from baocheng.areas.customers.models import Party
from baocheng.areas.policies.models import Policy
from baocheng.engine.journal.models import EventRow

from .conftest import Killed

VARCHAR, DOUBLE = "VARCHAR", "DOUBLE"
ENCOUNTERS = dict.fromkeys(
    ("Id", "START", "STOP", "ORGANIZATION", "PATIENT", "PAYER", "ENCOUNTERCLASS", "DESCRIPTION"),
    VARCHAR,
) | {"BASE_ENCOUNTER_COST": DOUBLE, "PAYER_COVERAGE": DOUBLE, "REASONDESCRIPTION": VARCHAR}
PROCEDURES = {"START": VARCHAR, "ENCOUNTER": VARCHAR, "DESCRIPTION": VARCHAR, "BASE_COST": DOUBLE}
MEDICATIONS = {
    "START": VARCHAR,
    "ENCOUNTER": VARCHAR,
    "DESCRIPTION": VARCHAR,
    "TOTALCOST": DOUBLE,
    "PAYER_COVERAGE": DOUBLE,
}
PATIENTS = dict.fromkeys(("Id", "BIRTHDATE", "DEATHDATE", "FIRST", "LAST", "GENDER"), VARCHAR)
PAYERS = {"Id": VARCHAR, "OWNERSHIP": VARCHAR}
ORGANIZATIONS = {"Id": VARCHAR, "NAME": VARCHAR}


def encounter(id: str, start: str, **changed: Any) -> list[Any]:
    values = {
        "Id": id,
        "START": start,
        "STOP": start,
        "ORGANIZATION": "clinic",
        "PATIENT": "anna",
        "PAYER": "medicare",
        "ENCOUNTERCLASS": "ambulatory",
        "DESCRIPTION": "Encounter for problem",
        "BASE_ENCOUNTER_COST": 100.0,
        "PAYER_COVERAGE": 0.0,
        "REASONDESCRIPTION": None,
        **changed,
    }
    return list(values.values())


@pytest.fixture
def folder(tmp_path: Path, write) -> Path:
    """Five encounters of two people; the last is of somebody who was dead."""
    files: dict[str, tuple[dict[str, str], list[list[Any]]]] = {
        "encounters": (
            ENCOUNTERS,
            [
                encounter(
                    "stay",
                    "2020-03-02T08:00:00Z",
                    STOP="2020-03-05T08:00:00Z",
                    ENCOUNTERCLASS="inpatient",
                    ORGANIZATION="hospital",
                    BASE_ENCOUNTER_COST=129.16,
                    PAYER_COVERAGE=10129.17,
                ),
                encounter("check", "2020-05-04T08:00:00Z", ENCOUNTERCLASS="wellness"),
                encounter("next", "2021-12-31T20:00:00Z", PAYER="cigna", PAYER_COVERAGE=250.0),
                encounter(
                    "hurt",
                    "2020-01-03T08:00:00Z",
                    PATIENT="ben",
                    PAYER="none",
                    BASE_ENCOUNTER_COST=9000.5,
                    REASONDESCRIPTION="Sprain of ankle",
                ),
                encounter("dead", "2020-07-01T08:00:00Z", PATIENT="ben", PAYER="none"),
            ],
        ),
        "procedures": (
            PROCEDURES,
            [
                ["2020-03-03T08:00:00Z", "stay", "Coronary artery bypass grafting", 30000.0],
                ["2020-03-02T08:00:00Z", "stay", "Electrocardiographic procedure", 0.01],
                ["2020-05-04T08:00:00Z", "check", "Depression screening", 60.25],
            ],
        ),
        "medications": (
            MEDICATIONS,
            [
                ["2020-03-04T08:00:00Z", "stay", "Clopidogrel 75 MG Oral Tablet", 1000.0, 200.0],
                ["2020-01-03T08:00:00Z", "hurt", "Ibuprofen 200 MG Oral Tablet", 3000.0, 0.0],
            ],
        ),
        "patients": (
            PATIENTS,
            [
                ["anna", "1950-02-01", None, "Anna12", "Bode34", "F"],
                ["ben", "1940-02-01", "2020-06-30", "Ben12", "Roob34", "M"],
            ],
        ),
        "payers": (
            PAYERS,
            [["medicare", "GOVERNMENT"], ["cigna", "PRIVATE"], ["none", "NO_INSURANCE"]],
        ),
        "organizations": (
            ORGANIZATIONS,
            [["clinic", "PALMER FAMILY SERVICES"], ["hospital", "BOSTON MEDICAL CENTER"]],
        ),
    }
    for name, (columns, rows) in files.items():
        write(tmp_path / f"synthea_{name}.parquet", columns, rows)
    return tmp_path


# stay: 31,129.17 claimed, 10,329.17 paid by social insurance, 20,800.00 left, less 10,000.00
# hurt: 12,000.50 claimed, less 10,000.00, of the rest 60%
BALANCED = {
    "就诊数": (5, 1, 4),
    "已结案": (5, 1, 4),
    "申请金额": (Decimal("43489.92"), Decimal("100.00"), Decimal("43389.92")),
    "其他方支付": (Decimal("10429.17"), Decimal("0.00"), Decimal("10429.17")),
    "赔付、扣减与拒赔之和": (Decimal("43489.92"), Decimal("100.00"), Decimal("43389.92")),
    "其他方支付超出明细": (Decimal("150.00"), 0, None),
    "其中赔付": (None, 0, Decimal("12000.30")),
    "其中扣减": (None, 0, Decimal("31229.37")),
    "其中拒赔": (None, 0, Decimal("160.25")),
}


def claim(key: str) -> Claim:
    return Claim.objects.get(source=f"synthea:{key}")


def lines(key: str) -> list[tuple[Any, ...]]:
    rows = ClaimLine.objects.filter(claim_id=claim(key).id).order_by("place")
    return list(rows.values_list("head", "amount", "other_paid"))


def test_encounters_balance_to_the_files(folder, run, figures) -> None:
    outcome = run(Synthea(), folder)

    assert outcome.is_balanced
    assert figures(outcome) == BALANCED


def test_an_encounter_becomes_lines_with_the_other_payers_share(folder, run) -> None:
    run(Synthea(), folder)

    assert lines("stay") == [
        ("bed", Decimal("129.16"), {"social_insurance": "43.42"}),
        ("treatment", Decimal("0.01"), {}),
        ("surgery", Decimal("30000.00"), {"social_insurance": "10085.75"}),
        ("medicine", Decimal("1000.00"), {"social_insurance": "200.00"}),
    ]
    first = ClaimLine.objects.get(claim_id=claim("stay").id, place=1)
    assert (first.days, first.hospital_level, first.social_insurance_used) == (3, "三级", True)
    assert first.invoice == "STAYL1"


def test_a_share_above_the_lines_is_left_out(folder, run) -> None:
    run(Synthea(), folder)

    assert lines("next") == [("outpatient", Decimal("100.00"), {"other_insurer": "100.00"})]


def test_encounters_are_decided_line_by_line(folder, run) -> None:
    run(Synthea(), folder)

    rows = Claim.objects.order_by("loss_at").values_list("source", "outcome", "paid_amount")
    assert list(rows) == [
        ("synthea:hurt", "PAID_IN_PART", Decimal("1200.30")),
        ("synthea:stay", "PAID_IN_PART", Decimal("10800.00")),
        ("synthea:check", "REFUSED", Decimal("0.00")),
        ("synthea:next", "NOTHING_PAYABLE", Decimal("0.00")),
    ]
    sheet = CalculationRecord.objects.filter(claim_id=claim("hurt").id).latest("sequence").sheet
    cuts = [(cut["reason"], cut["amount"]) for each in sheet["lines"] for cut in each["reductions"]]
    assert cuts == [
        ("DEDUCTIBLE", "9000.50"),
        ("DEDUCTIBLE", "999.50"),
        ("RATIO", "800.20"),
    ]


def test_a_check_up_is_refused_by_people_with_its_clause(folder, run) -> None:
    run(Synthea(), folder)

    refused = claim("check")
    assert (refused.liability, refused.liability_reason) == ("NOT_COVERED", "EXCLUSION")
    assert refused.liability_clause == "3.2"
    assert refused.approved_by == "system:import_reviewer"


def test_an_accident_has_no_waiting_period(folder, run) -> None:
    run(Synthea(), folder)

    assert claim("hurt").by_accident
    assert not claim("stay").by_accident


def test_policies_are_yearly_by_the_calendar_of_shanghai(folder, run) -> None:
    run(Synthea(), folder)

    sources = Policy.objects.order_by("source").values_list("source", flat=True)
    # The last encounter of anna begins on New Year's Day in Shanghai.
    assert list(sources) == ["synthea:anna:2020", "synthea:anna:2022", "synthea:ben:2020"]
    first, later = (Policy.objects.get(source=f"synthea:anna:{year}") for year in (2020, 2022))
    assert later.insured_since == first.starts_at
    assert Party.objects.get(reference="synthea:anna").name == "Bode34 Anna12"


def test_running_again_imports_nothing_twice(folder, run, figures) -> None:
    run(Synthea(), folder)
    before = EventRow.objects.count()

    again = run(Synthea(), folder)

    assert figures(again) == BALANCED
    assert EventRow.objects.count() == before


@pytest.mark.parametrize("step", ["report_claims", "complete_tasks", "confirm_payments"])
def test_a_killed_run_is_finished_by_the_next(folder, run, figures, monkeypatch, step) -> None:
    original, calls = getattr(handling, step), []

    def second_time(*arguments: Any, **named: Any) -> Any:
        calls.append(step)
        if len(calls) > 1:
            raise Killed
        return original(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(handling, step, second_time)
        with pytest.raises(Killed):
            run(Synthea(), folder, size=2)

    outcome = run(Synthea(), folder, size=2)

    assert outcome.is_balanced
    assert figures(outcome) == BALANCED


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"PATIENT": "nobody"}, "imports.patient_unknown"),
        ({"START": "yesterday"}, "imports.date_invalid"),
        ({"STOP": None}, "imports.date_invalid"),
        ({"STOP": "2020-03-01T08:00:00Z"}, "imports.stop_before_start"),
        ({"START": "1949-03-01T08:00:00Z"}, "imports.before_birth"),
        ({"PATIENT": "ben", "START": "2020-07-01T08:00:00Z"}, "imports.after_death"),
        ({"BASE_ENCOUNTER_COST": None}, "imports.amount_invalid"),
        ({"PAYER_COVERAGE": 1.005}, "imports.amount_invalid"),
    ],
)
def test_a_faulty_encounter_is_rejected_with_its_reason(  # noqa: PLR0917  (fixtures and cases)
    folder, write, run, figures, changed, code
) -> None:
    rows = [
        encounter("sound", "2020-03-02T08:00:00Z"),
        encounter("faulty", "2020-03-02T08:00:00Z", **({"STOP": "2020-08-01T08:00:00Z"} | changed)),
    ]
    write(folder / "synthea_encounters.parquet", ENCOUNTERS, rows)
    for name, columns in (("procedures", PROCEDURES), ("medications", MEDICATIONS)):
        write(folder / f"synthea_{name}.parquet", columns, [])

    outcome = run(Synthea(), folder)

    assert [(each.key, each.problem.code) for each in outcome.rejected] == [("faulty", code)]
    assert list(Claim.objects.values_list("source", flat=True)) == ["synthea:sound"]
    assert outcome.is_balanced, figures(outcome)


amounts = st.lists(
    st.integers(0, 10**7).map(lambda cents: Decimal(cents) / 100), min_size=1, max_size=12
)


@given(amounts, st.integers(0, 10**8).map(lambda cents: Decimal(cents) / 100))
def test_shares_add_up_and_stay_within_their_lines(lines, covered) -> None:
    spread = shares(covered, lines)

    assert sum(spread) == min(covered, sum(lines))
    assert all(Decimal(0) <= share <= line for share, line in zip(spread, lines, strict=True))
