"""Read Synthea's encounters with what hangs on them, and find what is wrong with one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from baocheng.adapters.imports import reading
from baocheng.adapters.imports.reading import amount, checked_amount
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import SHANGHAI

# Policies run by the calendar year of Shanghai, eight hours ahead of the file's times.
_YEAR = "year(TRY_CAST({} AS TIMESTAMP) + INTERVAL 8 HOUR)"

_ROWS = f"""
WITH procedures AS (
    SELECT ENCOUNTER, list({{'at': START, 'text': DESCRIPTION, 'amount': {amount("BASE_COST")}}}
                           ORDER BY START, DESCRIPTION, BASE_COST) AS lines
    FROM read_parquet(?) GROUP BY ENCOUNTER
), medications AS (
    SELECT ENCOUNTER, list({{'at': START, 'text': DESCRIPTION, 'amount': {amount("TOTALCOST")},
                            'covered': {amount("PAYER_COVERAGE")}}}
                           ORDER BY START, DESCRIPTION, TOTALCOST) AS lines
    FROM read_parquet(?) GROUP BY ENCOUNTER
)
SELECT e.Id, e.START, e.STOP, e.PATIENT, concat_ws(' ', p.LAST, p.FIRST), p.BIRTHDATE, p.DEATHDATE,
       p.GENDER, e.ENCOUNTERCLASS, e.DESCRIPTION, coalesce(e.REASONDESCRIPTION, ''),
       coalesce(o.NAME, ''), coalesce(payer.OWNERSHIP, ''),
       {amount("e.BASE_ENCOUNTER_COST")}, {amount("e.PAYER_COVERAGE")},
       coalesce(procedures.lines, []), coalesce(medications.lines, []),
       min({_YEAR.format("e.START")}) OVER (PARTITION BY e.PATIENT),
       coalesce(bool_or(payer.OWNERSHIP = 'GOVERNMENT')
           OVER (PARTITION BY e.PATIENT, {_YEAR.format("e.START")}), false)
FROM read_parquet(?) AS e
LEFT JOIN read_parquet(?) AS p ON p.Id = e.PATIENT
LEFT JOIN read_parquet(?) AS payer ON payer.Id = e.PAYER
LEFT JOIN read_parquet(?) AS o ON o.Id = e.ORGANIZATION
LEFT JOIN procedures ON procedures.ENCOUNTER = e.Id
LEFT JOIN medications ON medications.ENCOUNTER = e.Id
ORDER BY e.START, e.Id
"""  # noqa: S608  (made of the constants above)
_ROWS_FILES = ("procedures", "medications", "encounters", "patients", "payers", "organizations")

_TOTALS = f"""
WITH bills AS (
    SELECT any_value({amount("e.BASE_ENCOUNTER_COST")})
               + coalesce(sum({amount("procedure.BASE_COST")}), 0) AS amount,
           any_value({amount("e.PAYER_COVERAGE")}) AS covered
    FROM read_parquet(?) AS e LEFT JOIN read_parquet(?) AS procedure ON procedure.ENCOUNTER = e.Id
    GROUP BY e.Id
), medicine AS (
    SELECT coalesce(sum({amount("TOTALCOST")}), 0) AS amount,
           coalesce(sum({amount("PAYER_COVERAGE")}), 0) AS covered
    FROM read_parquet(?)
)
SELECT count(*),
       coalesce(sum(bills.amount), 0) + any_value(medicine.amount),
       coalesce(sum(least(bills.covered, bills.amount)), 0) + any_value(medicine.covered),
       coalesce(sum(bills.covered - least(bills.covered, bills.amount)), 0)
FROM bills, medicine
"""  # noqa: S608  (made of the constants above)
_TOTALS_FILES = ("encounters", "procedures", "medications")


class PatientUnknown(Problem):
    """An encounter of nobody."""

    code = "imports.patient_unknown"
    message = _("患者不在患者表中。")


class DateInvalid(Problem):
    """A date that is missing or none."""

    code = "imports.date_invalid"
    message = _("“{column}”缺失或不是日期。")


class StopBeforeStart(Problem):
    """An encounter that ends before it begins."""

    code = "imports.stop_before_start"
    message = _("就诊结束时间早于开始时间。")


class BeforeBirth(Problem):
    """An encounter of somebody not born yet."""

    code = "imports.before_birth"
    message = _("就诊日期 {on} 早于出生日期 {born_on}。")


class AfterDeath(Problem):
    """An encounter of somebody who was dead."""

    code = "imports.after_death"
    message = _("就诊日期 {on} 晚于死亡日期 {died_on}。")


class Expense(NamedTuple):
    """A procedure or a medication as the file has it."""

    at: str | None
    text: str | None
    amount: Decimal | None
    covered: Decimal | None = ZERO


@dataclass(frozen=True, slots=True)
class Encounter:
    """An encounter (就诊) as the file has it, with its patient, payer and expenses."""

    key: str
    start: str | None
    stop: str | None
    patient: str
    name: str
    born: str | None
    died: str | None
    gender: str | None
    kind: str
    description: str
    reason: str
    hospital: str
    payer: str
    base_cost: Decimal | None
    covered: Decimal | None
    procedures: Sequence[Expense]
    medications: Sequence[Expense]
    insured_since: int
    has_social_insurance: bool

    @property
    def starts_at(self) -> datetime:
        return moment(self.start, "START")

    @property
    def born_on(self) -> date:
        return moment(self.born, "BIRTHDATE").date()


def batches(folder: Path, size: int) -> Iterator[list[Encounter]]:
    """Yield the encounters of a folder in the order in which they began."""
    for rows in reading.batches(_ROWS, _files(folder, _ROWS_FILES), size):
        yield [_encounter(*row) for row in rows]


def _encounter(*row: Any) -> Encounter:
    read = dict(zip((each.name for each in fields(Encounter)), row, strict=True))
    read["procedures"] = [Expense(**line) for line in read["procedures"]]
    read["medications"] = [Expense(**line) for line in read["medications"]]
    return Encounter(**read)


def count(folder: Path) -> int:
    """Return the number of encounters."""
    sql = "SELECT count(*) FROM read_parquet(?)"
    number: int = reading.one_row(sql, _files(folder, ("encounters",)))[0]
    return number


class FileTotals(NamedTuple):
    """Sums over the files, to compare with."""

    encounters: int
    claimed: Decimal
    covered: Decimal
    covered_beyond: Decimal


def totals(folder: Path) -> FileTotals:
    """Return the sums; `covered_beyond` is what payers covered above the itemised expenses."""
    return FileTotals(*reading.one_row(_TOTALS, _files(folder, _TOTALS_FILES)))


def _files(folder: Path, names: tuple[str, ...]) -> list[Path]:
    return [folder / f"synthea_{name}.parquet" for name in names]


def require_sound(encounter: Encounter) -> None:
    """Refuse an encounter that no claim can be made from.

    Raises:
        PatientUnknown, DateInvalid, StopBeforeStart, BeforeBirth, AfterDeath, AmountInvalid
    """
    if not encounter.name:
        raise PatientUnknown("PATIENT")
    starts_at, stops_at = encounter.starts_at, moment(encounter.stop, "STOP")
    if stops_at < starts_at:
        raise StopBeforeStart("STOP")
    # The day as the file writes it: its dates of birth and death are local, too.
    on = str(encounter.start)[:10]
    if on < encounter.born_on.isoformat():
        raise BeforeBirth("START", on=on, born_on=encounter.born)
    if encounter.died and on > moment(encounter.died, "DEATHDATE").date().isoformat():
        raise AfterDeath("START", on=on, died_on=encounter.died)
    checked_amount(encounter.base_cost, "BASE_ENCOUNTER_COST")
    checked_amount(encounter.covered, "PAYER_COVERAGE")
    for expense in (*encounter.procedures, *encounter.medications):
        moment(expense.at, "START")
        checked_amount(expense.amount, "BASE_COST")
        checked_amount(expense.covered, "PAYER_COVERAGE")


def moment(text: str | None, column: str) -> datetime:
    """Return a moment of the file, in Shanghai; a date is the beginning of that day there.

    Raises:
        DateInvalid: it is none.
    """
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        raise DateInvalid(column, column=column) from None
    return at.astimezone(SHANGHAI) if at.tzinfo else at.replace(tzinfo=SHANGHAI)
