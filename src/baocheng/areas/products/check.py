"""What can be wrong with a product whose file is readable: references, order, examples."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from baocheng.areas.products.calculations import accumulator_keys, calculate
from baocheng.areas.products.definition import (
    Accumulating,
    Basis,
    Coverage,
    DailyAllowance,
    DayLimit,
    DaysExcluded,
    Deductible,
    Disability,
    HeadLimit,
    Limit,
    LimitByHead,
    OtherPayer,
    Product,
    RatioRow,
    RatioTable,
    Step,
    WaitingPeriod,
    kind_of,
)
from baocheng.areas.products.enums import InsuranceClass, Reason
from baocheng.areas.products.inputs import Example, ExpectedLine
from baocheng.areas.products.sheet import SheetLine
from baocheng.engine.publishing.findings import Finding
from baocheng.engine.publishing.handbook import nearest
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problem

if TYPE_CHECKING:
    from baocheng.engine.publishing.handbook import Handbook

WAITING_DAYS_BY_LAW = 180
"""健康保险管理办法第二十七条: a waiting period of sickness and medical cover is at most this."""

_Found = Iterator[tuple[str, str, str, int]]
_Wrong = Iterator[tuple[str, str]]


def check_product(product: Product, _handbook: "Handbook | None" = None) -> list[Finding]:
    """Return every error of a product; its examples run once nothing else is wrong."""
    found = [
        Finding(product.file, place, f"products.{code}", sentence, line)
        for check in (_check_whole, _check_references, _check_order, _check_accumulators)
        for place, code, sentence, line in check(product)
    ]
    return found or list(_run_examples(product))


def _check_whole(product: Product) -> _Found:
    known = product.clauses
    for clause in (product.scope, *product.exclusions):
        if clause not in known:
            yield "条款", "unknown_clause", _unknown("条款", clause, known), product.line
    for key, count in Counter(coverage.key for coverage in product.coverages).items():
        if count > 1:
            yield key, "duplicate_key", f"责任“{key}”定义了两次。", product.line
    for head in product.heads:
        accepting = [coverage for coverage in product.coverages if head in coverage.heads]
        if not accepting:
            sentence = f"没有任何责任接受项目“{head}”。"
            yield f"heads.{head}", "unused_head", sentence, product.line
        if len({coverage.is_benefit for coverage in accepting}) > 1:
            sentence = f"项目“{head}”既作为费用又作为定额给付，无法判断是否需要填写金额。"
            yield f"heads.{head}", "mixed_head", sentence, product.line
    voluntary = False
    for coverage in product.coverages:
        voluntary = voluntary or not coverage.compulsory
        if coverage.compulsory and voluntary:
            sentence = "强制责任须排在自愿责任之前。"
            yield coverage.key, "compulsory_after_voluntary", sentence, coverage.line


def _check_references(product: Product) -> _Found:
    for coverage in product.coverages:
        for head in coverage.heads:
            if head not in product.heads:
                sentence = _unknown("项目", head, product.heads)
                yield coverage.key, "unknown_head", sentence, coverage.line
    for coverage, step in product.steps():
        place = _place(coverage, step)
        for code, what, name, known in (
            ("clause", "条款", [step.clause], product.clauses),
            ("head", "本责任的项目", _heads_of(step), coverage.heads),
            ("term", "可选金额", _terms_of(step), coverage.terms),
        ):
            for each in name:
                if each not in known:
                    yield place, f"unknown_{code}", _unknown(what, each, known), step.line


def _heads_of(step: Step) -> list[str]:
    parts: tuple[RatioRow | HeadLimit, ...] = ()
    if isinstance(step, RatioTable):
        parts = step.rows
    if isinstance(step, LimitByHead):
        parts = step.limits
    return [*step.heads, *(head for part in parts for head in part.heads)]


def _terms_of(step: Step) -> list[str]:
    amount = getattr(step, "amount", None)
    return [amount] if isinstance(amount, str) else []


def _check_order(product: Product) -> _Found:
    for coverage in product.coverages:
        if not coverage.plan:
            yield coverage.key, "empty_plan", "责任没有计算步骤。", coverage.line
        for number, step in enumerate(coverage.plan):
            before = coverage.plan[:number]
            check = _STEP_CHECKS.get(type(step), _no_check)
            for code, sentence in (
                *_check_position(before, step),
                *check(product, coverage, before, step),
            ):
                yield _place(coverage, step), code, sentence, step.line


def _check_position(before: Sequence[Step], step: Step) -> _Wrong:
    if before and isinstance(step, Basis):
        yield "basis_not_first", "定额给付须为第一个步骤，且只能有一个。"
    limited = any(isinstance(each, Limit | LimitByHead) for each in before)
    if limited and not isinstance(step, Limit | LimitByHead):
        yield "step_after_limit", "限额按赔付金额计算，其后只能再有限额。"


def _no_check(
    _product: Product, _coverage: Coverage, _before: Sequence[Step], _step: Step
) -> _Wrong:
    return iter(())


def _check_days(
    _product: Product, _coverage: Coverage, before: Sequence[Step], _step: Step
) -> _Wrong:
    if not (before and isinstance(before[0], DailyAllowance)):
        yield "days_without_allowance", "只有每日津贴才能按天扣除。"


def _check_waiting(
    product: Product, _coverage: Coverage, _before: Sequence[Step], step: WaitingPeriod
) -> _Wrong:
    is_sickness = product.insurance_class is InsuranceClass.HEALTH
    if is_sickness and step.days > WAITING_DAYS_BY_LAW:
        sentence = f"等待期 {step.days} 天超过法定上限 {WAITING_DAYS_BY_LAW} 天。"
        yield "waiting_above_law", sentence


def _check_scale(
    _product: Product, _coverage: Coverage, _before: Sequence[Step], step: Disability
) -> _Wrong:
    if sorted(step.scale) != list(range(1, 11)):
        yield "scale_incomplete", "伤残等级须写明一至十级，各一个比例。"


def _check_ratio(
    _product: Product, _coverage: Coverage, _before: Sequence[Step], step: RatioTable
) -> _Wrong:
    plain = [_has_no_condition(row) for row in step.rows]
    if not plain or not plain[-1] or any(plain[:-1]):
        yield "ratio_gap", "比例表须以一行不带条件的比例结尾，且只有最后一行不带条件。"


def _has_no_condition(row: RatioRow) -> bool:
    return not (row.heads or row.hospital_levels) and {
        row.social_insurance_used,
        row.by_accident,
    } == {None}


def _check_deductible(
    _product: Product, _coverage: Coverage, before: Sequence[Step], step: Deductible
) -> _Wrong:
    taken = {payer for each in before if isinstance(each, OtherPayer) for payer in each.payers}
    for payer in step.met_by:
        if payer not in taken:
            sentence = f"“{payer.value}”的支付须先由 other_payer 步骤扣除，才能抵扣免赔额。"
            yield "payer_not_taken", sentence


def _check_head_limits(
    _product: Product, coverage: Coverage, _before: Sequence[Step], step: LimitByHead
) -> _Wrong:
    limits = Counter(head for limit in step.limits for head in limit.heads)
    for head in step.heads or coverage.heads:
        if limits[head] != 1:
            yield "head_limit_gap", f"项目“{head}”须恰好属于一个分项限额。"


_STEP_CHECKS: dict[type[Step], Callable[[Product, Coverage, Sequence[Step], Any], _Wrong]] = {
    DaysExcluded: _check_days,
    DayLimit: _check_days,
    WaitingPeriod: _check_waiting,
    Disability: _check_scale,
    RatioTable: _check_ratio,
    Deductible: _check_deductible,
    LimitByHead: _check_head_limits,
}


def _check_accumulators(product: Product) -> _Found:
    first: dict[str, Accumulating] = {}
    for coverage, step in product.steps():
        if not isinstance(step, Accumulating):
            continue
        same = first.setdefault(step.accumulator, step)
        if (_counts(same), same.per, same.of) != (_counts(step), step.per, step.of):
            sentence = f"累计“{step.accumulator}”与第 {same.line} 行的用途、期间或归属不同。"
            yield _place(coverage, step), "accumulator_differs", sentence, step.line


def _counts(step: Accumulating) -> type[Step]:
    return Limit if isinstance(step, Limit) else type(step)


def _place(coverage: Coverage, step: Step) -> str:
    return f"{coverage.key}.{kind_of(step)}"


def _unknown(what: str, name: str, known: Collection[str]) -> str:
    return f"{what}“{name}”不存在{nearest(name, known) or '。'}"


def _run_examples(product: Product) -> Iterator[Finding]:
    file = product.file.replace(".product.yaml", ".cases.json")
    if not product.examples:
        yield Finding(file, "算例", "products.no_examples", "产品没有算例，无法验证其计算。")
    for example in product.examples:
        for sentence in _differences(product, example):
            place = f"算例“{example.case}”"
            yield Finding(file, place, "products.example_differs", sentence, example.line)


def _differences(product: Product, example: Example) -> Iterator[str]:
    keys = accumulator_keys(product, covers=example.covers, loss=example.loss)
    by_name = {key.name: key for key in keys}
    unknown = [name for name in {**example.used, **example.accumulators} if name not in by_name]
    if unknown:
        yield from (_unknown("累计", name, by_name) for name in unknown)
        return
    used = {by_name[name]: amount for name, amount in example.used.items()}
    try:
        sheet = calculate(
            product, covers=example.covers, loss=example.loss, lines=example.lines, used=used
        )
    except Problem as problem:
        yield f"不能计算：{problem}"
        return
    if sheet.paid != example.paid:
        yield f"应付 {example.paid}，算得 {sheet.paid}。"
    for line in sheet.lines:
        yield from _line_differences(line, example.expected.get(line.line.key))
    for name, after in example.accumulators.items():
        got = used.get(by_name[name], ZERO) + sheet.spent.get(by_name[name], ZERO)
        if got != after:
            yield f"累计“{name}”之后应为 {after}，算得 {got}。"


def _line_differences(line: SheetLine, expected: ExpectedLine | None) -> Iterator[str]:
    reasons: dict[Reason, Decimal] = {}
    for each in line.reductions:
        reasons[each.reason] = reasons.get(each.reason, ZERO) + each.amount
    got = ExpectedLine(claimed=line.claimed, paid=line.paid, reasons=reasons)
    if expected is None:
        yield f"没有写明第 {line.line.key} 项的结果，算得{_outcome(got)}。"
    elif got != expected:
        yield f"第 {line.line.key} 项应为{_outcome(expected)}，算得{_outcome(got)}。"


def _outcome(line: ExpectedLine) -> str:
    reasons = "、".join(f"{reason.value} {amount}" for reason, amount in line.reasons.items())
    return f"申请 {line.claimed}、赔付 {line.paid}、扣减 {reasons or '无'}"
