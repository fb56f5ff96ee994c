"""Run an import: batch by batch, never twice, and account for every row at the end."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Generic, NamedTuple

from baocheng.adapters.imports.port import AnyRow, ControlTotal, Crew, Source, Totals
from baocheng.areas.billing.queries import ledger_balance
from baocheng.engine.journal import chain
from baocheng.engine.unit import unit
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

BATCH = 500
MEASURED_AT_ONCE = 2_000


class RowRepeated(Problem):
    """The file has two rows of one key."""

    code = "imports.row_repeated"
    message = _("文件中已有相同编号的行。")


class Rejected(NamedTuple):
    """A row that was refused, or that was taken and did not reach its end."""

    key: str
    problem: Problem


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an import did, and whether everything adds up."""

    rows: int
    rejected: Sequence[Rejected]
    unfinished: Sequence[Rejected]
    totals: Sequence[ControlTotal]
    ledger: Decimal
    verified: chain.Verified | None

    @property
    def is_balanced(self) -> bool:
        """Tell whether every total, the ledger and the journal hold, and nothing is left open."""
        is_verified = self.verified is None or not self.verified.broken
        are_totals = all(total.is_balanced for total in self.totals)
        return are_totals and self.ledger == 0 and is_verified and not self.unfinished


@dataclass(kw_only=True)
class Import(Generic[AnyRow]):
    """One run of a source over a file.

    `advance` hears how many rows are done, `reject` each row that is not taken or not finished.
    """

    source: Source[AnyRow]
    path: Path
    crew: Crew
    at: datetime
    size: int = BATCH
    advance: Callable[[int], object] = lambda _count: None
    reject: Callable[[Rejected], object] = lambda _rejected: None

    def run(self, *, is_verified: bool = True) -> Outcome:
        """Take and finish every row, then compare the file with the system.

        Running again imports nothing twice, and completes what a killed run left.
        """
        seen: set[str] = set()
        refused: list[AnyRow] = []
        rejected: list[Rejected] = []
        unfinished: list[Rejected] = []
        for rows in self.source.batches(self.path, self.size):
            taken: list[AnyRow] = []
            for row, problem in self._take(rows, seen):
                if problem is None:
                    taken.append(row)
                else:
                    refused.append(row)
                    self._note(rejected, row.key, problem)
            stopped = self.source.finish(taken, crew=self.crew, at=self.at)
            for key, problem in stopped.items():
                self._note(unfinished, key, problem)
            self.advance(len(rows))
        return Outcome(
            rows=len(seen) + sum(isinstance(each.problem, RowRepeated) for each in rejected),
            rejected=rejected,
            unfinished=unfinished,
            totals=self.control_totals(refused),
            ledger=ledger_balance(),
            verified=chain.verify() if is_verified else None,
        )

    def _take(
        self, rows: Sequence[AnyRow], seen: set[str]
    ) -> Iterator[tuple[AnyRow, Problem | None]]:
        fresh: list[AnyRow] = []
        for row in rows:
            if row.key in seen:
                yield row, RowRepeated("key")
                continue
            seen.add(row.key)
            fresh.append(row)
        with unit():
            answers = self.source.take(fresh, crew=self.crew, at=self.at)
        yield from zip(fresh, answers, strict=True)

    def _note(self, noted: list[Rejected], key: str, problem: Problem) -> None:
        noted.append(Rejected(key, problem))
        self.reject(noted[-1])

    def control_totals(self, refused: Sequence[AnyRow]) -> list[ControlTotal]:
        """Compare the file, read anew, with the system, less the rows that were refused."""
        in_file = self.source.file_totals(self.path)
        rejected = self.source.row_totals(refused)
        in_system = _sum(self.source.system_totals(rows) for rows in self._distinct_rows())
        return [
            ControlTotal(name, in_file.get(name), rejected.get(name, 0), in_system.get(name))
            for name in {**in_file, **in_system}
        ]

    def _distinct_rows(self) -> Iterator[list[AnyRow]]:
        seen: set[str] = set()
        for rows in self.source.batches(self.path, MEASURED_AT_ONCE):
            yield [row for row in rows if row.key not in seen]
            seen.update(row.key for row in rows)


def _sum(totals: Iterable[Totals]) -> dict[str, Decimal | int]:
    sums: dict[str, Decimal | int] = {}
    for each in totals:
        for name, figure in each.items():
            sums[name] = sums.get(name, 0) + figure
    return sums
