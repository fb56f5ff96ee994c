"""The 100,000 motor policies of the pg17 data set (CASdatasets), as policies of `motor`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from baocheng.adapters.imports import reading
from baocheng.adapters.imports.port import Crew, Totals
from baocheng.areas.customers.enums import Sex
from baocheng.areas.customers.operations import NewPerson, register_persons
from baocheng.areas.policies import queries as policies
from baocheng.areas.policies.bitemporal import Insured
from baocheng.areas.policies.operations.issuing import AlreadyImported, NewPolicy, issue_policies
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import SHANGHAI

if TYPE_CHECKING:
    from baocheng.areas.customers.models import Party

PREFIX = "pg17:"

# The file calls its only year "Year 0": here it is a past one, so that no loss is in the future.
YEAR_STARTS = datetime(2025, 1, 1, tzinfo=SHANGHAI)
YEAR_ENDS = datetime(2026, 1, 1, tzinfo=SHANGHAI)
AS_KNOWN = datetime(9999, 1, 1, tzinfo=SHANGHAI)  # with everything that is known

SUMS_INSURED = {
    "Mini": Decimal("500000.00"),
    "Median1": Decimal("1000000.00"),
    "Median2": Decimal("1500000.00"),
    "Maxi": Decimal("2000000.00"),
}
_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE}

_ROWS = """
SELECT id_policy, id_client, pol_coverage, coalesce(pol_duration, 0), drv_sex1
FROM read_parquet(?) ORDER BY id_policy
"""
_TOTALS = f"""
SELECT count(*), sum(CASE pol_coverage {
    " ".join(f"WHEN '{level}' THEN {amount}" for level, amount in SUMS_INSURED.items())
} ELSE 0 END) FROM read_parquet(?)
"""  # noqa: S608  (made of the constants above)


class CoverageLevelUnknown(Problem):
    """A level of coverage that the source does not have."""

    code = "imports.coverage_level_unknown"
    message = _("保障档次“{level}”不在 {levels} 之中。")


class RowIncomplete(Problem):
    """A row that does not say what it is."""

    code = "imports.row_incomplete"
    message = _("缺少“{column}”。")


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy of one vehicle, with its client."""

    policy: str | None
    client: str | None
    level: str | None
    years_before: int
    sex: str | None

    @property
    def key(self) -> str:
        return self.policy or f"({self.client})"


class Pg17Policies:
    """Policies and their holders; the premium is not in the file and stays zero."""

    name = "pg17-policies"
    title = "pg17 机动车保单"

    def count(self, path: Path) -> int:
        number: int = reading.one_row("SELECT count(*) FROM read_parquet(?)", [path])[0]
        return number

    def batches(self, path: Path, size: int) -> Iterator[list[PolicyRow]]:
        for rows in reading.batches(_ROWS, [path], size):
            yield [PolicyRow(*row) for row in rows]

    def take(self, rows: Sequence[PolicyRow], *, crew: Crew, at: datetime) -> list[Problem | None]:
        faults = {row.key: fault for row in rows if (fault := _fault(row))}
        sound = [row for row in rows if row.key not in faults]
        parties = register_persons([_person(row) for row in sound], by=crew.handler, at=at)
        answers: dict[str, Problem | None] = {**faults}
        fit: list[tuple[PolicyRow, Party]] = []
        for row, party in zip(sound, parties, strict=True):
            if isinstance(party, Problem):
                answers[row.key] = party
            else:
                fit.append((row, party))
        new = [_policy(row, party) for row, party in fit]
        issued = issue_policies(policies=new, by=crew.handler, at=at)
        for (row, _party), answer in zip(fit, issued, strict=True):
            is_refused = isinstance(answer, Problem) and not isinstance(answer, AlreadyImported)
            answers[row.key] = answer if is_refused else None  # type: ignore[assignment]
        return [answers[row.key] for row in rows]

    def finish(
        self, rows: Sequence[PolicyRow], *, crew: Crew, at: datetime
    ) -> Mapping[str, Problem]:
        return {}

    def file_totals(self, path: Path) -> Totals:
        number, sum_insured = reading.one_row(_TOTALS, [path])
        return _totals(number, sum_insured or ZERO)

    def row_totals(self, rows: Sequence[PolicyRow]) -> Totals:
        return _totals(
            len(rows), sum((SUMS_INSURED.get(row.level or "", ZERO) for row in rows), ZERO)
        )

    def system_totals(self, rows: Sequence[PolicyRow]) -> Totals:
        found = policies.find_by_sources([source_of(row.policy) for row in rows if row.policy])
        covers = policies.covers_at([(ref.id, YEAR_STARTS, AS_KNOWN) for ref in found.values()])
        amounts = (
            terms.amounts["sum_insured"]
            for cover in covers.values()
            for terms in cover.covers
            if terms.coverage == "third_party"
        )
        return _totals(len(found), sum(amounts, ZERO))


def source_of(policy: str) -> str:
    """Return how a policy of the file is named in the system."""
    return f"{PREFIX}{policy}"


def name_of(client: str) -> str:
    """Return the name of a client; the file has none."""
    return f"客户{client}"


def _totals(number: int, sum_insured: Decimal) -> Totals:
    return {"保单数": number, "第三者责任限额": sum_insured}


def _fault(row: PolicyRow) -> Problem | None:
    if not row.policy:
        return RowIncomplete("id_policy", column="id_policy")
    if not row.client:
        return RowIncomplete("id_client", column="id_client")
    if row.level not in SUMS_INSURED:
        return CoverageLevelUnknown("pol_coverage", level=row.level, levels="、".join(SUMS_INSURED))
    return None


def _person(row: PolicyRow) -> NewPerson:
    # A client with several vehicles is registered with the sex of the first one's main driver.
    assert row.client
    return NewPerson(
        name=name_of(row.client),
        sex=_SEXES.get(row.sex or ""),
        reference=f"{PREFIX}{row.client}",
    )


def _policy(row: PolicyRow, party: "Party") -> NewPolicy:
    assert row.policy
    assert row.level
    return NewPolicy(
        product="motor",
        holder_id=party.id,
        holder_name=party.name,
        starts_at=YEAR_STARTS,
        ends_at=YEAR_ENDS,
        insured_since=YEAR_STARTS.replace(year=YEAR_STARTS.year - row.years_before),
        insureds=[Insured(party_id=party.id, name=party.name)],
        covers=[
            CoverageTerms(coverage="compulsory"),
            CoverageTerms(coverage="third_party", amounts={"sum_insured": SUMS_INSURED[row.level]}),
        ],
        premium_amount=ZERO,
        source=source_of(row.policy),
    )
