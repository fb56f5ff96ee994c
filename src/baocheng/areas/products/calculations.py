"""The benefit calculation (理算): pure arithmetic on `Decimal`, no database and no clock.

A claim's lines are offered to the policy's coverages in the order of the product. Each coverage
runs its plan step by step over the lines it accepts; a step may only take off, and says why. What
a coverage leaves unpaid of an expense is offered to the next one that accepts it.
`docs/algorithms/benefit_calculation.md` has the formulas with worked examples.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
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
    Needs,
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
from baocheng.areas.products.inputs import AccumulatorKey, CoverageTerms, Line, Loss
from baocheng.areas.products.sheet import (
    Formula,
    Part,
    Reduction,
    Sheet,
    SheetLine,
    read_inputs,
)
from baocheng.kernel.money import CENT, ZERO, allocate, yuan
from baocheng.kernel.problems import Problem, Problems
from baocheng.kernel.text import _


class HeadUnknown(Problem):
    """A line of a kind that the product does not know."""

    code = "products.head_unknown"
    message = _("本产品没有“{head}”这一费用或给付项目。")


class AmountMissing(Problem):
    """An expense or damage without an amount, or with an impossible one."""

    code = "products.amount_missing"
    message = _("第 {line} 项须填写不为负、最多两位小数的金额。")


class NumberImpossible(Problem):
    """A line with a number that cannot be."""

    code = "products.number_impossible"
    message = _("第 {line} 项的已付金额、不合理金额、天数不能为负，项数至少为一。")


class AmountUnexpected(Problem):
    """A benefit whose amount the contract fixes came with an amount."""

    code = "products.amount_unexpected"
    message = _("第 {line} 项的金额由合同约定，不能填写。")


class DaysMissing(Problem):
    """A line that is paid or limited by the day came without days."""

    code = "products.days_missing"
    message = _("第 {line} 项须填写不少于一天的天数。")


class BenefitRepeated(Problem):
    """A benefit that is paid once was claimed twice."""

    code = "products.benefit_repeated"
    message = _("第 {line} 项重复：同一给付项目在一次理算中只能出现一次。")


class FaultRatioMissing(Problem):
    """The insured driver's share of fault is not known yet."""

    code = "products.fault_ratio_missing"
    message = _("请先确定被保险机动车一方的事故责任比例（0% 至 100%）。")


class DisabilityGradeMissing(Problem):
    """No disability grade is known yet."""

    code = "products.disability_grade_missing"
    message = _("请先确定伤残等级（一至十级）。")


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
    _refuse_unfit(product, loss, lines)
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


@lru_cache(maxsize=4096)
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


def _refuse_unfit(product: Product, loss: Loss, lines: Sequence[Line]) -> None:
    problems: list[Problem] = []
    benefits: set[str] = set()
    facts: set[str] = set()
    for index, line in enumerate(lines):
        needs = product.needs.get(line.head)
        if needs is None:
            problems.append(HeadUnknown(f"lines.{index}.head", head=line.head))
            continue
        problems += _line_problems(needs, f"lines.{index}", line)
        if needs.once and line.head in benefits:
            problems.append(BenefitRepeated(f"lines.{index}.head", line=line.key))
        benefits.add(line.head)
        facts |= needs.facts
    problems += _fact_problems(facts, loss)
    if problems:
        raise Problems(problems)


def _line_problems(needs: Needs, place: str, line: Line) -> Iterator[Problem]:
    if needs.amount and (line.amount is None or not _is_amount(line.amount)):
        yield AmountMissing(f"{place}.amount", line=line.key)
    if not needs.amount and line.amount is not None:
        yield AmountUnexpected(f"{place}.amount", line=line.key)
    if needs.days and line.days < 1:
        yield DaysMissing(f"{place}.days", line=line.key)
    amounts = (line.ineligible_amount, *line.other_paid.values())
    if line.days < 0 or line.items < 1 or not all(map(_is_amount, amounts)):
        yield NumberImpossible(place, line=line.key)


def _is_amount(amount: Decimal) -> bool:
    return amount >= 0 and amount == amount.quantize(CENT)


def _fact_problems(needed: set[str], loss: Loss) -> Iterator[Problem]:
    ratio = loss.fault_ratio
    if "fault_ratio" in needed and (ratio is None or not 0 <= ratio <= 1):
        yield FaultRatioMissing("loss.fault_ratio")
    grades = loss.disability_grades
    if "disability_grades" in needed and not (grades and all(1 <= grade <= 10 for grade in grades)):
        yield DisabilityGradeMissing("loss.disability_grades")


class _Entry:
    """A line on its way through the coverages."""

    __slots__ = ("claimed", "line", "paid", "parts")

    def __init__(self, line: Line) -> None:
        self.line = line
        self.claimed = ZERO + (line.amount or 0)
        self.paid = ZERO
        self.parts: list[Part] = []

    def result(self, product: Product) -> SheetLine:
        if self.parts:
            final = [
                reduction for part in self.parts if part.is_final for reduction in part.reductions
            ]
        else:
            formula = Formula(
                _("投保的责任不包括“{head}”"), {"head": product.heads[self.line.head]}
            )
            final = [Reduction(Reason.NOT_COVERED, self.claimed, product.scope, formula)]
        return SheetLine(self.line, self.claimed, self.parts, final, self.paid)


class _Passage:
    """A line on its way through one coverage's plan: what is left of it, and why not more."""

    __slots__ = ("basis", "by_payer", "daily", "days", "entry", "left", "line", "reductions")

    def __init__(self, entry: _Entry) -> None:
        self.entry = entry
        self.line = entry.line
        self.left = entry.claimed - entry.paid
        self.reductions: list[Reduction] = []
        self.basis: Formula | None = None
        self.by_payer: dict[Payer, Decimal] = {}
        self.days = entry.line.days
        self.daily = ZERO

    def start(self, amount: Decimal, template: str, **numbers: object) -> None:
        """Set the amount that the contract fixes."""
        self.left = amount
        self.entry.claimed += amount
        self.basis = Formula(template, numbers)

    def cut(
        self, amount: Decimal, reason: Reason, step: Step, template: str, **numbers: object
    ) -> None:
        """Take `amount` off and say why."""
        if amount:
            self.left -= amount
            formula = Formula(template, {"amount": amount, **numbers})
            self.reductions.append(Reduction(reason, amount, step.clause, formula))


class _Totals:
    """The running totals (累计) while a claim is calculated."""

    def __init__(self, used: Mapping[AccumulatorKey, Decimal]) -> None:
        self._used = used
        self.spent: dict[AccumulatorKey, Decimal] = {}

    def used(self, key: AccumulatorKey) -> Decimal:
        return self._used.get(key, ZERO) + self.spent.get(key, ZERO)

    def spend(self, key: AccumulatorKey, amount: Decimal) -> None:
        self.spent[key] = self.spent.get(key, ZERO) + amount


class _Run:
    """One coverage's plan on its way over the lines that it accepts."""

    def __init__(
        self, coverage: Coverage, amounts: Mapping[str, Decimal], loss: Loss, totals: _Totals
    ) -> None:
        self.coverage = coverage
        self.loss = loss
        self.totals = totals
        self._amounts = amounts
        self._limited: list[tuple[AccumulatorKey, list[_Passage], Decimal]] = []

    def pay(self, entries: Sequence[_Entry]) -> Decimal:
        """Run the plan, add the outcome to the entries and return what the coverage pays."""
        passages = [
            _Passage(entry)
            for entry in entries
            if entry.line.head in self.coverage.heads
            and (not entry.parts or entry.paid < entry.claimed or self.coverage.is_benefit)
        ]
        if not passages:
            return ZERO
        for step in self.coverage.plan:
            met = [each for each in passages if each.line.head in step.heads]
            _RULES[type(step)](step, met if step.heads else passages, self)
        # A limit counts what is paid in the end, so what later limits took off is given back.
        for key, limited, counted in self._limited:
            self.totals.spend(key, sum([each.left for each in limited], -counted))
        return sum([self._close(passage) for passage in passages], ZERO)

    def _close(self, passage: _Passage) -> Decimal:
        entry = passage.entry
        offered = sum([reduction.amount for reduction in passage.reductions], passage.left)
        if not self.coverage.is_benefit:
            entry.parts = [part._replace(is_final=False) for part in entry.parts]
        entry.parts.append(
            Part(self.coverage.key, offered, passage.basis, passage.reductions, passage.left)
        )
        entry.paid += passage.left
        return passage.left

    def amount(self, amount: Amount) -> Decimal:
        """Return an amount of the plan, looking up the one that the policy chose."""
        return amount if isinstance(amount, Decimal) else self._amounts[amount]

    def key(self, step: Accumulating) -> AccumulatorKey:
        return _key(self.loss, step.accumulator, step.per, step.of)

    def count(self, key: AccumulatorKey, passages: list[_Passage], paid: Decimal) -> None:
        """Count `paid` against a limit; `pay` gives back what later limits take off again."""
        self.totals.spend(key, paid)
        self._limited.append((key, passages, paid))


def _spread(total: Decimal, wants: Sequence[Decimal], share: Share) -> list[Decimal]:
    """Hand out at most `total` so that nobody gets more than he wants."""
    if sum(wants, ZERO) <= total:
        return list(wants)
    if share is Share.IN_PROPORTION:
        return allocate(total, wants)
    given = []
    for want in wants:
        given.append(min(want, total))
        total -= given[-1]
    return given


def _percent(ratio: Decimal) -> str:
    return f"{(ratio * 100).normalize():f}%"


_S = TypeVar("_S", bound=Step)
_Rule = Callable[[_S, list[_Passage], _Run], None]
_RULES: dict[type[Step], Callable[[Any, list[_Passage], _Run], None]] = {}


def _rule(*kinds: type[_S]) -> Callable[[_Rule[_S]], _Rule[_S]]:
    def register(rule: _Rule[_S]) -> _Rule[_S]:
        for kind in kinds:
            _RULES[kind] = rule
        return rule

    return register


@_rule(LumpSum)
def _lump_sum(step: LumpSum, passages: list[_Passage], run: _Run) -> None:
    amount = run.amount(step.amount)
    for each in passages:
        each.start(
            yuan(amount * step.ratio),
            _("保险金额 {sum} × {ratio}"),
            sum=amount,
            ratio=_percent(step.ratio),
        )


@_rule(Disability)
def _disability(step: Disability, passages: list[_Passage], run: _Run) -> None:
    amount = run.amount(step.amount)
    grades = run.loss.disability_grades
    worst = min(grades, default=0)
    if step.same_grade_promotes and grades.count(worst) > 1:
        worst = max(worst - 1, 1)
    for each in passages:
        each.start(
            yuan(amount * step.scale[worst]),
            _("保险金额 {sum} × 伤残{grade}级 {ratio}"),
            sum=amount,
            grade=worst,
            ratio=_percent(step.scale[worst]),
        )


@_rule(DailyAllowance)
def _daily_allowance(step: DailyAllowance, passages: list[_Passage], run: _Run) -> None:
    daily = run.amount(step.amount)
    for each in passages:
        each.daily = daily
        each.start(daily * each.days, _("每日 {daily} × {days} 天"), daily=daily, days=each.days)


@_rule(CoverPeriod)
def _cover_period(step: CoverPeriod, passages: list[_Passage], run: _Run) -> None:
    loss = run.loss
    period = {"start": loss.cover_from, "end": loss.cover_until}
    inside = loss.cover_from <= loss.occurred_on < loss.cover_until
    last = loss.cover_until + timedelta(days=step.extended_days or 0)
    for each in passages:
        on = each.line.on
        if not inside:
            template = _("出险日 {on} 不在保险期间 {start} 至 {end}（不含）内")
            on = loss.occurred_on
        elif step.extended_days is not None and not loss.cover_from <= on < last:
            template = _("费用日 {on} 不在保险期间 {start} 至 {end}（不含）及延长期内")
        else:
            continue
        each.cut(each.left, Reason.OUTSIDE_COVER_PERIOD, step, template, on=on, **period)


@_rule(TreatmentPeriod)
def _treatment_period(step: TreatmentPeriod, passages: list[_Passage], run: _Run) -> None:
    last = run.loss.occurred_on + timedelta(days=step.days)
    for each in passages:
        if each.line.on > last:
            each.cut(
                each.left,
                Reason.OUTSIDE_TREATMENT_PERIOD,
                step,
                _("费用日 {on} 晚于事故后 {days} 日的末日 {last}"),
                on=each.line.on,
                days=step.days,
                last=last,
            )


@_rule(WaitingPeriod)
def _waiting_period(step: WaitingPeriod, passages: list[_Passage], run: _Run) -> None:
    loss = run.loss
    since = min(loss.insured_since or loss.cover_from, loss.cover_from)
    over = since + timedelta(days=step.days)
    if loss.occurred_on >= over or (loss.by_accident and step.accidents_exempt):
        return
    for each in passages:
        each.cut(
            each.left,
            Reason.WAITING_PERIOD,
            step,
            _("出险日 {on} 早于等待期届满日 {over}（自 {since} 起 {days} 日）"),
            on=loss.occurred_on,
            over=over,
            since=since,
            days=step.days,
        )


@_rule(Eligible)
def _eligible(step: Eligible, passages: list[_Passage], _run: _Run) -> None:
    for each in passages:
        level = each.line.hospital_level
        if step.hospital_levels and level not in step.hospital_levels:
            each.cut(
                each.left,
                Reason.NOT_ELIGIBLE,
                step,
                _("医院等级“{level}”不在约定的 {levels} 之内"),
                level=level,
                levels="、".join(step.hospital_levels),
            )
        elif each.line.ineligible_amount:
            each.cut(
                min(each.left, each.line.ineligible_amount),
                Reason.NOT_ELIGIBLE,
                step,
                _("其中 {amount} 不属于约定的费用范围"),
            )


@_rule(OtherPayer)
def _other_payer(step: OtherPayer, passages: list[_Passage], _run: _Run) -> None:
    for each in passages:
        if not each.line.other_paid:
            continue
        for payer in step.payers:
            amount = min(each.left, each.line.other_paid.get(payer, ZERO))
            each.by_payer[payer] = amount
            each.cut(amount, Reason.OTHER_PAYER, step, _("{payer}已支付 {amount}"), payer=payer)


@_rule(DaysExcluded)
def _days_excluded(step: DaysExcluded, passages: list[_Passage], _run: _Run) -> None:
    for each in passages:
        days = min(each.days, step.days)
        each.days -= days
        each.cut(
            min(each.left, each.daily * days),
            Reason.DAYS_EXCLUDED,
            step,
            _("免赔 {days} 天 × 每日 {daily} = {amount}"),
            days=days,
            daily=each.daily,
        )


@_rule(DayLimit)
def _day_limit(step: DayLimit, passages: list[_Passage], run: _Run) -> None:
    key = run.key(step)
    for each in passages:
        used = int(run.totals.used(key))
        # A line that was refused already uses up no days.
        days = min(each.days, max(step.days - used, 0)) if each.left else 0
        over, each.days = each.days - days, days
        run.totals.spend(key, Decimal(days))
        each.cut(
            min(each.left, each.daily * over),
            Reason.DAY_LIMIT,
            step,
            _("最多给付 {limit} 天，此前 {used} 天，超出 {over} 天 × 每日 {daily} = {amount}"),
            limit=step.days,
            used=used,
            over=over,
            daily=each.daily,
        )


@_rule(Deductible)
def _deductible(step: Deductible, passages: list[_Passage], run: _Run) -> None:
    key = run.key(step)
    amount, used = run.amount(step.amount), run.totals.used(key)
    free = max(amount - used, ZERO)
    by_others = ZERO
    for payer in step.met_by:
        by_others += sum([each.by_payer.get(payer, ZERO) for each in passages], ZERO)
    met = min(free, by_others)
    borne = _spread(free - met, [each.left for each in passages], step.share)
    run.totals.spend(key, sum(borne, met))
    for each, cut in zip(passages, borne, strict=True):
        each.cut(
            cut,
            Reason.DEDUCTIBLE,
            step,
            _("免赔额 {deductible}，此前已抵扣 {used}，由其他方支付抵扣 {met}，本行扣除 {amount}"),
            deductible=amount,
            used=used,
            met=met,
        )


@_rule(RatioTable)
def _ratio(step: RatioTable, passages: list[_Passage], run: _Run) -> None:
    for each in passages:
        ratio = next(row.ratio for row in step.rows if _meets(row, each.line, run.loss))
        _pay_share(each, ratio, Reason.RATIO, step)


def _meets(row: RatioRow, line: Line, loss: Loss) -> bool:
    return (
        (not row.heads or line.head in row.heads)
        and (not row.hospital_levels or line.hospital_level in row.hospital_levels)
        and row.social_insurance_used in (None, line.social_insurance_used)
        and row.by_accident in (None, loss.by_accident)
    )


@_rule(FaultRatio)
def _fault_ratio(step: FaultRatio, passages: list[_Passage], run: _Run) -> None:
    for each in passages:
        _pay_share(each, run.loss.fault_ratio or ZERO, Reason.FAULT_SHARE, step)


def _pay_share(each: _Passage, ratio: Decimal, reason: Reason, step: Step) -> None:
    if ratio == 1:
        return
    whole, kept = each.left, yuan(each.left * ratio)
    each.cut(
        whole - kept,
        reason,
        step,
        _("{whole} × {ratio} = {kept}"),
        whole=whole,
        ratio=_percent(ratio),
        kept=kept,
    )


@_rule(PerDayLimit)
def _per_day_limit(step: PerDayLimit, passages: list[_Passage], run: _Run) -> None:
    limit = run.amount(step.amount)
    for each in passages:
        each.cut(
            max(each.left - limit * each.line.days, ZERO),
            Reason.PER_DAY_LIMIT,
            step,
            _("每日限额 {limit} × {days} 天，超出 {amount}"),
            limit=limit,
            days=each.line.days,
        )


@_rule(PerItemLimit)
def _per_item_limit(step: PerItemLimit, passages: list[_Passage], run: _Run) -> None:
    limit = run.amount(step.amount)
    for each in passages:
        each.cut(
            max(each.left - limit * each.line.items, ZERO),
            Reason.PER_ITEM_LIMIT,
            step,
            _("单项限额 {limit} × {items} 项，超出 {amount}"),
            limit=limit,
            items=each.line.items,
        )


@_rule(SubLimit, AggregateLimit)
def _limit(step: Limit, passages: list[_Passage], run: _Run) -> None:
    key, limit = run.key(step), run.amount(step.amount)
    _cut_to(limit, step, passages, run, key=key, reason=step.reason, share=step.share)


@_rule(LimitByHead)
def _limit_by_head(step: LimitByHead, passages: list[_Passage], run: _Run) -> None:
    at_fault = bool(run.loss.fault_ratio)
    reason = Reason.SUB_LIMIT if at_fault else Reason.NO_FAULT_LIMIT
    for head in step.limits:
        limit = head.at_fault if at_fault else head.no_fault
        key = _head_key(run.loss, step, head.key)
        met = [each for each in passages if each.line.head in head.heads]
        _cut_to(limit, step, met, run, key=key, reason=reason, share=Share.IN_PROPORTION)


def _cut_to(
    limit: Decimal,
    step: Step,
    passages: list[_Passage],
    run: _Run,
    *,
    key: AccumulatorKey,
    reason: Reason,
    share: Share,
) -> None:
    used = run.totals.used(key)
    kept = _spread(max(limit - used, ZERO), [each.left for each in passages], share)
    run.count(key, passages, sum(kept, ZERO))
    for each, keep in zip(passages, kept, strict=True):
        each.cut(
            each.left - keep,
            reason,
            step,
            _("限额 {limit}，此前已用 {used}，本行 {whole} 中可付 {kept}"),
            limit=limit,
            used=used,
            whole=each.left,
            kept=keep,
        )
