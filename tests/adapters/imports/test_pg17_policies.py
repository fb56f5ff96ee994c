from decimal import Decimal
from pathlib import Path

import pytest

from baocheng.adapters.imports.pg17_policies import YEAR_ENDS, YEAR_STARTS, Pg17Policies
from baocheng.areas.customers.enums import Sex
from baocheng.areas.customers.models import Party
from baocheng.areas.policies.models import Policy
from baocheng.areas.policies.queries import cover_at
from baocheng.engine.journal.models import EventRow

from .conftest import NOON, Killed

COLUMNS = {
    "id_client": "VARCHAR",
    "id_vehicle": "VARCHAR",
    "id_policy": "VARCHAR",
    "pol_coverage": "VARCHAR",
    "pol_duration": "INTEGER",
    "drv_sex1": "VARCHAR",
}


def row(client: str, vehicle: str, level: str | None = "Maxi", years: int = 3, sex: str = "M"):
    return [client, vehicle, f"{client}-{vehicle}", level, years, sex]


@pytest.fixture
def file(tmp_path: Path, write) -> Path:
    """Four policies of three clients; the level of the last is unknown."""
    rows = [
        row("A1", "V01"),
        row("A1", "V02", "Mini", sex="F"),
        row("A2", "V01", "Median1", years=0),
        row("A3", "V01", "Gold"),
    ]
    return write(tmp_path / "pol.parquet", COLUMNS, rows)


def test_policies_balance_to_the_file_less_what_was_rejected(file, run, figures) -> None:
    outcome = run(Pg17Policies(), file)

    assert outcome.is_balanced
    assert figures(outcome) == {
        "保单数": (4, 1, 3),
        "第三者责任限额": (Decimal(3_500_000), 0, Decimal(3_500_000)),
    }
    assert outcome.verified.streams == 6  # a handbook, two clients, three policies


def test_a_rejected_policy_says_why(file, run) -> None:
    outcome = run(Pg17Policies(), file)

    (rejected,) = outcome.rejected
    assert rejected.key == "A3-V01"
    assert rejected.problem.code == "imports.coverage_level_unknown"
    assert rejected.problem.fields == ("pol_coverage",)
    assert not Party.objects.filter(reference="pg17:A3").exists()


def test_vehicles_of_a_client_share_the_holder(file, run) -> None:
    run(Pg17Policies(), file)

    party = Party.objects.get(reference="pg17:A1")
    assert (party.name, party.sex) == ("客户A1", Sex.MALE)
    held = Policy.objects.filter(holder_id=party.id).order_by("source")
    assert [policy.source for policy in held] == ["pg17:A1-V01", "pg17:A1-V02"]


def test_a_policy_covers_its_year_with_the_sum_of_its_level(file, run) -> None:
    run(Pg17Policies(), file)

    policy = Policy.objects.get(source="pg17:A2-V01")
    cover = cover_at(policy.id, effective=policy.starts_at, known=NOON)
    assert cover is not None
    amounts = {terms.coverage: dict(terms.amounts) for terms in cover.covers}
    assert amounts == {"compulsory": {}, "third_party": {"sum_insured": Decimal("1000000.00")}}
    assert cover.terms.premium_amount == 0
    assert (cover.starts_at, cover.ends_at) == (YEAR_STARTS, YEAR_ENDS)
    assert cover.insured_since == YEAR_STARTS


def test_a_policy_is_insured_since_as_many_years_as_the_file_says(file, run) -> None:
    run(Pg17Policies(), file)

    policy = Policy.objects.get(source="pg17:A1-V01")
    assert policy.insured_since == YEAR_STARTS.replace(year=2022)


def test_running_again_imports_nothing_twice(file, run, figures) -> None:
    first = run(Pg17Policies(), file)
    before = EventRow.objects.count()

    again = run(Pg17Policies(), file)

    assert figures(again) == figures(first)
    assert [each.key for each in again.rejected] == ["A3-V01"]
    assert (Policy.objects.count(), Party.objects.count()) == (3, 2)
    assert EventRow.objects.count() == before


def test_a_killed_run_is_completed_by_the_next(file, run, killed_after, figures) -> None:
    with pytest.raises(Killed):
        run(Pg17Policies(), file, size=1, advance=killed_after(2))
    assert Policy.objects.count() == 2

    outcome = run(Pg17Policies(), file, size=1)

    assert outcome.is_balanced
    assert figures(outcome)["保单数"] == (4, 1, 3)


def test_a_row_that_comes_twice_is_rejected_once(tmp_path, write, run, figures) -> None:
    file = write(tmp_path / "pol.parquet", COLUMNS, [row("A1", "V01"), row("A1", "V01")])

    outcome = run(Pg17Policies(), file, size=1)

    assert [each.problem.code for each in outcome.rejected] == ["imports.row_repeated"]
    assert outcome.rows == 2
    assert figures(outcome)["保单数"] == (2, 1, 1)
    assert outcome.is_balanced


@pytest.mark.parametrize("column", ["id_policy", "id_client"])
def test_a_row_without_an_identifier_is_rejected(tmp_path, write, run, column) -> None:
    values = dict(zip(COLUMNS, row("A1", "V01"), strict=True)) | {column: None}
    file = write(tmp_path / "pol.parquet", COLUMNS, [list(values.values())])

    outcome = run(Pg17Policies(), file)

    assert [each.problem.fields for each in outcome.rejected] == [(column,)]
    assert Policy.objects.count() == 0
