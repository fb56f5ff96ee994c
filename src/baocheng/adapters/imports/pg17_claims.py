"""The 14,243 motor claims of the pg17 data set; negative amounts are recoveries (追偿)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from baocheng.adapters.imports import handling, pg17_policies, reading
from baocheng.adapters.imports.pg17_policies import PREFIX, YEAR_STARTS, RowIncomplete, name_of
from baocheng.adapters.imports.port import Crew, Totals
from baocheng.adapters.imports.reading import amount, checked_amount
from baocheng.areas.claims.enums import Channel, Kind, Liability
from baocheng.areas.claims.operations.lines import ReportedLine
from baocheng.areas.claims.operations.reporting import LossReport
from baocheng.areas.policies.queries import find_by_sources
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date

if TYPE_CHECKING:
    from baocheng.areas.claims.models import Claim

_AMOUNT = amount("claim_amount")
_ROWS = f"""
SELECT id_client, id_vehicle, id_claim, {_AMOUNT} FROM read_parquet(?)
ORDER BY id_client, id_vehicle, id_claim
"""  # noqa: S608  (made of the constants above)
_TOTALS = f"""
SELECT count(*), coalesce(sum({_AMOUNT}) FILTER (claim_amount > 0), 0),
       coalesce(-sum({_AMOUNT}) FILTER (claim_amount < 0), 0)
FROM read_parquet(?)
"""  # noqa: S608


class PolicyNotImported(Problem):
    """A claim on a policy that is not there."""

    code = "imports.policy_not_imported"
    message = _("没有来源为 {source} 的保单，请先导入 pg17-policies。")


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim of one vehicle."""

    client: str | None
    vehicle: str | None
    claim: str | None
    amount: Decimal | None

    @property
    def key(self) -> str:
        return f"{self.client}-{self.vehicle}-{self.claim}"

    @property
    def source(self) -> str:
        return f"{PREFIX}{self.key}"

    @property
    def policy_source(self) -> str:
        return pg17_policies.source_of(f"{self.client}-{self.vehicle}")

    @property
    def loss_at(self) -> datetime:
        # The file gives no date: each claim has its own day of the year, the same in every run.
        return YEAR_STARTS + timedelta(days=crc32(self.key.encode()) % 365, hours=12)


class Pg17Claims:
    """Claims for damage to third parties' property, wholly the fault of the insured driver."""

    name = "pg17-claims"
    title = "pg17 机动车赔案"

    def count(self, path: Path) -> int:
        number: int = reading.one_row("SELECT count(*) FROM read_parquet(?)", [path])[0]
        return number

    def batches(self, path: Path, size: int) -> Iterator[list[ClaimRow]]:
        for rows in reading.batches(_ROWS, [path], size):
            yield [ClaimRow(*row) for row in rows]

    def take(self, rows: Sequence[ClaimRow], *, crew: Crew, at: datetime) -> list[Problem | None]:
        known = handling.taken(row.source for row in rows)
        policies = find_by_sources([row.policy_source for row in rows])
        answers: dict[str, Problem | None] = {}
        reports: dict[str, LossReport] = {}
        for row in rows:
            policy = policies.get(row.policy_source)
            answers[row.key] = _fault(row)
            if answers[row.key] is None and policy is None:
                answers[row.key] = PolicyNotImported("id_vehicle", source=row.policy_source)
            if answers[row.key] is None and policy is not None and row.source not in known:
                reports[row.key] = _report(row, policy.number)
        problems = handling.report(list(reports.values()), crew=crew, at=at)
        answers.update(zip(reports, problems, strict=True))
        return [answers[row.key] for row in rows]

    def finish(
        self, rows: Sequence[ClaimRow], *, crew: Crew, at: datetime
    ) -> Mapping[str, Problem]:
        sources = {row.source: row.key for row in rows}
        return handling.finish(sources, judge=_judge, crew=crew, at=at)

    def file_totals(self, path: Path) -> Totals:
        number, paid, recovered = reading.one_row(_TOTALS, [path])
        return _totals(number, number, paid, recovered)

    def row_totals(self, rows: Sequence[ClaimRow]) -> Totals:
        amounts = [row.amount for row in rows if row.amount is not None]
        paid = sum((each for each in amounts if each > 0), ZERO)
        recovered = -sum((each for each in amounts if each < 0), ZERO)
        return _totals(len(rows), len(rows), paid, recovered)

    def system_totals(self, rows: Sequence[ClaimRow]) -> Totals:
        return _totals(*handling.progress(handling.taken(row.source for row in rows).values()))


def _totals(claims: int, closed: int, paid: Decimal, recovered: Decimal) -> Totals:
    return {
        "赔案数": claims,
        "已结案": closed,
        "赔付金额": paid,
        "追偿金额": recovered,
        "净额": paid - recovered,
    }


def _fault(row: ClaimRow) -> Problem | None:
    for column, value in (
        ("id_client", row.client),
        ("id_vehicle", row.vehicle),
        ("id_claim", row.claim),
    ):
        if not value:
            return RowIncomplete(column, column=column)
    try:
        checked_amount(row.amount, "claim_amount")
    except Problem as problem:
        return problem
    return None


def _report(row: ClaimRow, policy_number: str) -> LossReport:
    claimed = checked_amount(row.amount, "claim_amount")
    damage = ReportedLine(
        head="third_party_property",
        incurred_on=business_date(row.loss_at),
        amount=abs(claimed),
        description=f"{row.vehicle} {row.claim}",
    )
    return LossReport(
        policy_number=policy_number,
        loss_at=row.loss_at,
        reporter_name=name_of(row.client or ""),
        channel=Channel.BATCH,
        kind=Kind.RECOVERY if claimed < 0 else Kind.CLAIM,
        cause="traffic",
        fault_ratio=Decimal(1),
        lines=[damage],
        source=row.source,
    )


def _judge(claim: "Claim") -> Mapping[str, Any]:
    return {"liability": Liability.COVERED.value, "fault_ratio_percent": 100}
