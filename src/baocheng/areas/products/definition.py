"""A product as its `*.product.yaml` declares it: frozen data, without arithmetic.

The fields of these classes are the keys of the file (`schema.py` reads them by their types), and
`calculations.py` has one formula for each kind of step.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, NewType

from baocheng.areas.products.enums import Holder, InsuranceClass, Payer, Reason, Share, Span
from baocheng.areas.products.inputs import Example, Ratio
from baocheng.kernel.text import _

WHOLE = Ratio(Decimal(1))

TermName = NewType("TermName", str)
"""The name of an amount that each policy chooses for itself: `sum_insured`."""

Amount = Decimal | TermName


COMPUTED = {"computed": True}
"""Marks the fields that are not keys of the file."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """Something written in the file, with the line it was written on."""

    line: int = field(default=0, compare=False, metadata=COMPUTED)


@dataclass(frozen=True, kw_only=True)
class Step(Declared):
    """One step of a coverage's plan; `heads` narrows it to some of the coverage's heads."""

    title: ClassVar[str]
    clause: str
    heads: tuple[str, ...] = ()
    unverified: str = ""


# A benefit starts from an amount that the contract fixes; an expense or damage from what it cost.


@dataclass(frozen=True, kw_only=True)
class LumpSum(Step):
    """Pay a sum once (一次性给付)."""

    title = _("一次性给付")
    amount: Amount
    ratio: Ratio = WHOLE


@dataclass(frozen=True, kw_only=True)
class Disability(Step):
    """Pay the share of a sum that the disability grade gives (伤残等级给付)."""

    title = _("伤残等级给付")
    amount: Amount
    scale: Mapping[int, Ratio]
    same_grade_promotes: bool


@dataclass(frozen=True, kw_only=True)
class DailyAllowance(Step):
    """Pay an amount for each day (每日津贴)."""

    title = _("每日津贴")
    amount: Amount


Basis = LumpSum | Disability | DailyAllowance


# What does not count at all.


@dataclass(frozen=True, kw_only=True)
class CoverPeriod(Step):
    """Refuse losses outside the cover.

    With `extended_days`, refuse also expenses before it, or as many days after its end.
    """

    title = _("保险期间")
    extended_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class TreatmentPeriod(Step):
    """Refuse expenses later than `days` after the loss."""

    title = _("治疗期限")
    days: int


@dataclass(frozen=True, kw_only=True)
class WaitingPeriod(Step):
    """Refuse losses in the first `days` of unbroken cover (等待期), accidents excepted."""

    title = _("等待期")
    days: int
    accidents_exempt: bool = True


@dataclass(frozen=True, kw_only=True)
class Eligible(Step):
    """Refuse other hospitals than `hospital_levels`, and the part marked as not eligible."""

    title = _("费用范围")
    hospital_levels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OtherPayer(Step):
    """Take off what `payers` have paid."""

    title = _("其他方已付")
    payers: tuple[Payer, ...]


# What is borne by the insured or shared.


@dataclass(frozen=True, kw_only=True)
class Accumulating(Step):
    """A step that remembers, for `per` and `of`, how much of it has been used (累计)."""

    accumulator: str
    per: Span
    of: Holder = Holder.INSURED


@dataclass(frozen=True, kw_only=True)
class DaysExcluded(Step):
    """Take off the first `days` of each line (免赔天数)."""

    title = _("免赔天数")
    days: int


@dataclass(frozen=True, kw_only=True)
class DayLimit(Accumulating):
    """Pay for at most `days` days."""

    title = _("给付天数上限")
    days: int


@dataclass(frozen=True, kw_only=True)
class Deductible(Accumulating):
    """Take off what the insured bears first (免赔额); `met_by` payers can bear it for him."""

    title = _("免赔额")
    amount: Amount
    met_by: tuple[Payer, ...] = ()
    share: Share = Share.IN_ORDER


@dataclass(frozen=True, kw_only=True)
class RatioRow(Declared):
    """A ratio for the lines that meet every condition given; a row without any meets all."""

    ratio: Ratio
    heads: tuple[str, ...] = ()
    hospital_levels: tuple[str, ...] = ()
    social_insurance_used: bool | None = None
    by_accident: bool | None = None


@dataclass(frozen=True, kw_only=True)
class RatioTable(Step):
    """Pay a share (给付比例): the first row that a line meets."""

    title = _("给付比例")
    rows: tuple[RatioRow, ...]


@dataclass(frozen=True, kw_only=True)
class FaultRatio(Step):
    """Pay the share of the damage that the insured is at fault for (事故责任比例)."""

    title = _("事故责任比例")


# Limits: always of what is paid, so they come last.


@dataclass(frozen=True, kw_only=True)
class PerDayLimit(Step):
    """Pay at most `amount` for each day of a line (每日限额)."""

    title = _("每日限额")
    amount: Amount


@dataclass(frozen=True, kw_only=True)
class PerItemLimit(Step):
    """Pay at most `amount` for each item of a line (单项限额)."""

    title = _("单项限额")
    amount: Amount


@dataclass(frozen=True, kw_only=True)
class Limit(Accumulating):
    """Pay at most `amount` together."""

    reason: ClassVar[Reason]
    amount: Amount
    share: Share = Share.IN_ORDER


@dataclass(frozen=True, kw_only=True)
class SubLimit(Limit):
    """A limit for some kinds of expense (分项限额)."""

    title = _("分项限额")
    reason = Reason.SUB_LIMIT


@dataclass(frozen=True, kw_only=True)
class AggregateLimit(Limit):
    """A limit for the whole coverage, or for several that share its accumulator (累计限额)."""

    title = _("累计限额")
    reason = Reason.AGGREGATE_LIMIT


@dataclass(frozen=True, kw_only=True)
class HeadLimit(Declared):
    """The limits of one head of damage, with fault and without."""

    key: str
    heads: tuple[str, ...]
    at_fault: Decimal
    no_fault: Decimal


@dataclass(frozen=True, kw_only=True)
class LimitByHead(Step):
    """Pay at most what each head of damage allows for one accident (分项赔偿限额).

    Several victims share a limit in proportion to their damage.
    """

    title = _("分项赔偿限额")
    accumulator: str
    limits: tuple[HeadLimit, ...]


STEPS: Mapping[str, type[Step]] = {
    "lump_sum": LumpSum,
    "disability": Disability,
    "daily_allowance": DailyAllowance,
    "cover_period": CoverPeriod,
    "treatment_period": TreatmentPeriod,
    "waiting_period": WaitingPeriod,
    "eligible": Eligible,
    "other_payer": OtherPayer,
    "days_excluded": DaysExcluded,
    "day_limit": DayLimit,
    "deductible": Deductible,
    "ratio": RatioTable,
    "fault_ratio": FaultRatio,
    "per_day_limit": PerDayLimit,
    "per_item_limit": PerItemLimit,
    "sub_limit": SubLimit,
    "aggregate_limit": AggregateLimit,
    "limit_by_head": LimitByHead,
}


@dataclass(frozen=True, kw_only=True)
class Term(Declared):
    """An amount that each policy chooses: one of `choices`, or any from `least` to `most`."""

    name: str
    choices: tuple[Decimal, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None

    def allows(self, amount: Decimal) -> bool:
        """Tell whether a policy may choose `amount`."""
        if self.choices and amount not in self.choices:
            return False
        if self.least is not None and amount < self.least:
            return False
        return self.most is None or amount <= self.most


@dataclass(frozen=True, kw_only=True)
class Coverage(Declared):
    """One promise of the product (保险责任): the heads it accepts and the plan that pays them."""

    key: str
    name: str
    heads: tuple[str, ...]
    plan: tuple[Step, ...]
    terms: Mapping[str, Term] = field(default_factory=dict)
    compulsory: bool = False

    @cached_property
    def is_benefit(self) -> bool:
        """Whether the contract fixes the amount, so that lines come without one."""
        return bool(self.plan) and isinstance(self.plan[0], Basis)


_NEEDED_FACTS: Mapping[type[Step], str] = {
    FaultRatio: "fault_ratio",
    LimitByHead: "fault_ratio",
    Disability: "disability_grades",
}


class Needs(NamedTuple):
    """What a line must bring with it, and which facts of the loss must be known, for its head."""

    amount: bool
    days: bool
    once: bool
    facts: frozenset[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Product(Declared):
    """A product (产品) in one version of the handbook."""

    key: str
    name: str
    insurance_class: InsuranceClass
    version: str
    sold_from: date
    fast_lane_amount: Decimal
    scope: str
    heads: Mapping[str, str]
    clauses: Mapping[str, str]
    coverages: tuple[Coverage, ...]
    exclusions: tuple[str, ...] = ()
    notes: str = ""
    file: str = field(default="", metadata=COMPUTED)
    fingerprint: str = field(default="", metadata=COMPUTED)
    examples: tuple[Example, ...] = field(default=(), metadata=COMPUTED)

    @cached_property
    def coverage_by_key(self) -> Mapping[str, Coverage]:
        """The coverages by key, in the order in which they are asked to pay."""
        return {coverage.key: coverage for coverage in self.coverages}

    @cached_property
    def needs(self) -> Mapping[str, Needs]:
        """What the product needs to know to calculate a line of each head."""
        return {head: self._needs_of(head) for head in self.heads}

    def _needs_of(self, head: str) -> Needs:
        accepting = [coverage for coverage in self.coverages if head in coverage.heads]
        kinds = {
            type(step)
            for coverage in accepting
            for step in coverage.plan
            if not step.heads or head in step.heads
        }
        return Needs(
            amount=not any(coverage.is_benefit for coverage in accepting),
            days=bool(kinds & {DailyAllowance, PerDayLimit}),
            once=bool(kinds & {LumpSum, Disability}),
            facts=frozenset(_NEEDED_FACTS[kind] for kind in kinds if kind in _NEEDED_FACTS),
        )

    def steps(self) -> Iterator[tuple[Coverage, Step]]:
        """Yield every step of every plan with its coverage."""
        for coverage in self.coverages:
            for step in coverage.plan:
                yield coverage, step

    @property
    def unverified(self) -> list[str]:
        """What this product says that still waits for an official text (待核实)."""
        return [step.unverified for _coverage, step in self.steps() if step.unverified]


def kind_of(step: Step) -> str:
    """Return the name under which a step is written in the file."""
    return _KINDS[type(step)]


_KINDS: dict[type[Any], str] = {kind: name for name, kind in STEPS.items()}
