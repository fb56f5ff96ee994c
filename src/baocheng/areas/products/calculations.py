"""The benefit calculation (理算): pure arithmetic on `Decimal`, no database and no clock.

A claim's lines are offered to the policy's coverages in the order of the product. Each coverage
runs its plan step by step over the lines it accepts; a step may only take off, and says why. What
a coverage leaves unpaid of an expense is offered to the next one that accepts it.
`docs/algorithms/benefit_calculation.md` has the formulas with worked examples.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from baocheng.areas.products.definition import (
    Accumulating,
    AggregateLimit,
    Amount,
    Coverage,
    CoverPeriod,
    DailyAllowance,
    DayLimit,
    DaysExcluded,
    Deductible,
    Disability,
    Eligible,
    FaultRatio,
    Limit,
    LimitByHead,
    LumpSum,
    OtherPayer,
    PerDayLimit,
    PerItemLimit,
    Product,
    RatioRow,
    RatioTable,
    Step,
    SubLimit,
    TreatmentPeriod,
    WaitingPeriod,
)
from baocheng.areas.products.enums import Holder, Payer, Reason, Share, Span
from baocheng.areas.products.sheet import (
    AccumulatorKey,
    CoverageTerms,
    Formula,
    Line,
    Loss,
    Part,
    Reduction,
    Sheet,
    SheetLine,
    read_inputs,
)
from baocheng.kernel.money import ZERO, allocate, yuan
from baocheng.kernel.problems import Problem, Problems
from baocheng.kernel.text import _


class LineUnfit(Problem):
    """A line that the product cannot calculate with."""

    code = "products.line_unfit"
    message = _("第 {line} 行不能理算。")


class FactMissing(Problem):
    """A plan needs a fact of the loss that nobody has entered."""

    code = "products.fact_missing"
    message = _("缺少理算所需的事实，请补充后再计算。")


def calculate(
    product: Product,
    *,
    covers: Sequence[CoverageTerms],
    loss: Loss,
    lines: Sequence[Line],
    used: Mapping[AccumulatorKey, Decimal],
) -> Sheet:
    """Return the calculation sheet of `lines` under the coverages that a policy holds.

    `used` are the running totals so far; take them under lock for `accumulator_keys(…)`.
    Deductibles and limits are consumed in the order of the lines' dates.

    Raises:
        Problems: lines or facts that the product cannot calculate with, all of them.
    """
    _refuse_unfit(product, covers, loss, lines)
    entries = [_Entry(line) for line in lines]
    by_date = sorted(entries, key=lambda entry: entry.line.on)
    totals = _Totals(used)
    paid_by_coverage = {}
    for coverage, amounts in _held(product, covers):
        run = _Run(coverage, amounts, loss, totals)
        paid_by_coverage[coverage.key] = run.pay(by_date)
    sheet_lines = [entry.result(product) for entry in entries]
    keys = accumulator_keys(product, covers=covers, loss=loss)
    return Sheet(
        product=product.key,
        fingerprint=product.fingerprint,
        loss=loss,
        covers=covers,
        lines=sheet_lines,
        used={key: used.get(key, ZERO) for key in keys},
        spent={key: amount for key, amount in totals.spent.items() if amount},
        paid_by_coverage=paid_by_coverage,
        paid=sum([line.paid for line in sheet_lines], ZERO),
    )


def recompute(record: Mapping[str, Any], product: Product) -> Sheet:
    """Perform a recorded calculation again from its JSON record.

    The same product gives a sheet whose `as_json()` equals the record; `sheet.differences` names
    what does not.
    """
    return calculate(product, **read_inputs(record)._asdict())


def accumulator_keys(
    product: Product, *, covers: Sequence[CoverageTerms], loss: Loss
) -> list[AccumulatorKey]:
    """Return the running totals that a calculation may read and add to, sorted for locking."""
    keys = set()
    for coverage, _amounts in _held(product, covers):
        for step in coverage.plan:
            if isinstance(step, Accumulating):
                keys.add(_key(loss, step.accumulator, step.per, step.of))
            elif isinstance(step, LimitByHead):
                keys.update(_head_key(loss, step, head.key) for head in step.limits)
    return sorted(keys)


def policy_year_start(cover_from: date, on: date) -> date:
    """Return the anniversary of `cover_from` at which the policy year of `on` began.

    A cover that begins on 29 February has its anniversary on 1 March in other years.
    """
    start = cover_from
    for year in range(cover_from.year + 1, on.year + 1):
        anniversary = _same_day(cover_from, year)
        if anniversary <= on:
            start = anniversary
    return start


def _same_day(day: date, year: int) -> date:
    if (day.month, day.day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
        return date(year, 3, 1)
    return day.replace(year=year)


def _held(
    product: Product, covers: Sequence[CoverageTerms]
) -> list[tuple[Coverage, Mapping[str, Decimal]]]:
    amounts = {terms.coverage: terms.amounts for terms in covers}
    return [(each, amounts[each.key]) for each in product.coverages if each.key in amounts]


def _key(loss: Loss, name: str, per: Span, of: Holder) -> AccumulatorKey:
    insured = loss.insured if of is Holder.INSURED else ""
    if per is Span.LOSS:
        period = loss.id
    elif per is Span.POLICY_YEAR:
        period = policy_year_start(loss.cover_from, loss.occurred_on).isoformat()
    else:
        period = ""
    return AccumulatorKey(loss.policy, insured, name, period)


def _head_key(loss: Loss, step: LimitByHead, head: str) -> AccumulatorKey:
    return _key(loss, f"{step.accumulator}.{head}", Span.LOSS, Holder.POLICY)


def _refuse_unfit(
    product: Product, covers: Sequence[CoverageTerms], loss: Loss, lines: Sequence[Line]
) -> None:
    problems: list[Problem] = []
    once: set[str] = set()
    for index, line in enumerate(lines):
        for name, sentence in _faults(product, line, once):
            field = f"lines.{index}.{name}"
            problems.append(LineUnfit(field, detail=sentence, line=line.key, head=line.head))
    needed = product.facts_needed(terms.coverage for terms in covers)
    if "fault_ratio" in needed and loss.fault_ratio is None:
        problems.append(FactMissing("loss.fault_ratio", detail=_("请先确定事故责任比例。")))
    if "disability_grades" in needed.intersection(once) and not loss.disability_grades:
        problems.append(FactMissing("loss.disability_grades", detail=_("请先确定伤残等级。")))
    if problems:
        raise Problems(problems)
