"""The real data sets, as far as the first rows; the whole is run by hand."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import baocheng
from baocheng.adapters.imports import synthea_records
from baocheng.adapters.imports.pg17_claims import ClaimRow, Pg17Claims
from baocheng.adapters.imports.pg17_policies import Pg17Policies, PolicyRow
from baocheng.adapters.imports.synthea import Synthea
from baocheng.adapters.imports.synthea_records import Encounter

ROWS = 300
BESIDE = Path(baocheng.__file__).parents[3] / "shared" / "data"
DATA = Path(os.environ.get("BAOCHENG_SHARED_DATA", BESIDE))

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the real data sets are not in {DATA} (BAOCHENG_SHARED_DATA)"
)


class FirstClaims(Pg17Claims):
    def batches(self, path: Path, size: int) -> Iterator[list[ClaimRow]]:
        yield next(super().batches(path, ROWS))


class TheirPolicies(Pg17Policies):
    def batches(self, path: Path, size: int) -> Iterator[list[PolicyRow]]:
        claims = next(FirstClaims().batches(path.parent / "pg17trainclaim.parquet", ROWS))
        wanted = {f"{row.client}-{row.vehicle}" for row in claims}
        for rows in super().batches(path, 50_000):
            yield [row for row in rows if row.policy in wanted]


class FirstEncounters(Synthea):
    def batches(self, path: Path, size: int) -> Iterator[list[Encounter]]:
        yield next(super().batches(path, ROWS))


def test_the_files_are_what_their_readme_says() -> None:
    motor = DATA / "motor"
    claims = Pg17Claims().file_totals(motor / "pg17trainclaim.parquet")
    policies = Pg17Policies().file_totals(motor / "pg17trainpol.parquet")
    records = synthea_records.totals(DATA / "health")

    assert claims["净额"] == Decimal("11724608.37")
    assert claims["追偿金额"] == Decimal("645509.63")
    assert (claims["赔案数"], policies["保单数"]) == (14243, 100_000)
    assert records.encounters == 7074
    assert records.claimed == Decimal("69599085.17")


def test_the_first_motor_claims_run_to_payment(run, figures) -> None:
    motor = DATA / "motor"
    run(TheirPolicies(), motor / "pg17trainpol.parquet")

    outcome = run(FirstClaims(), motor / "pg17trainclaim.parquet")

    rows = next(FirstClaims().batches(motor / "pg17trainclaim.parquet", ROWS))
    amounts = [row.amount for row in rows if row.amount is not None]
    system = {name: in_system for name, (*_file, in_system) in figures(outcome).items()}
    assert (outcome.rejected, outcome.unfinished) == ([], [])
    assert system["已结案"] == ROWS
    assert system["净额"] == sum(amounts)
    assert system["追偿金额"] == -sum(amount for amount in amounts if amount < 0)
    assert outcome.ledger == 0
    assert outcome.verified.broken == []


def test_the_first_encounters_are_decided_line_by_line(run, figures) -> None:
    source = FirstEncounters()
    outcome = run(source, DATA / "health")

    rows = next(source.batches(DATA / "health", ROWS))
    rejected = {each.key for each in outcome.rejected}
    expected = source.row_totals([row for row in rows if row.key not in rejected])
    system = {name: in_system for name, (*_file, in_system) in figures(outcome).items()}
    assert {each.problem.code for each in outcome.rejected} == {"imports.after_death"}
    assert outcome.unfinished == []
    assert {name: system[name] for name in expected} == dict(expected)
    assert outcome.ledger == 0
    assert outcome.verified.broken == []
