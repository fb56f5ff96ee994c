"""What a calculation is made from, and the examples that show what should come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, NewType

from baocheng.areas.products.enums import Payer, Reason
from baocheng.kernel.money import ZERO

Ratio = NewType("Ratio", Decimal)
"""A share of one; files write it as a percentage: `60%`."""


class AccumulatorKey(NamedTuple):
    """One running total (累计): of a policy, or of one insured on it, over one period.

    `period` is the first day of the policy year, the loss's identifier, or empty for the whole
    term; `insured` is empty for a total of the whole policy.
    """

    policy: str
    insured: str
    name: str
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTerms:
    """A coverage as one policy holds it, with the amounts it chose."""

    coverage: str
    amounts: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The insured event (保险事故) and the cover at that moment, as far as money depends on it.

    The cover runs from `cover_from` up to, not including, `cover_until`; `insured_since` is the
    first day of unbroken cover, when that is earlier. `fault_ratio` is the insured driver's share.
    """

    id: str
    policy: str
    insured: str
    occurred_on: date
    cover_from: date
    cover_until: date
    insured_since: date | None = None
    by_accident: bool = False
    fault_ratio: Ratio | None = None
    disability_grades: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One expense, damage or benefit that is claimed; a benefit has no amount of its own."""

    key: str
    head: str
    on: date
    amount: Decimal | None = None
    days: int = 0
    items: int = 1
    hospital_level: str = ""
    social_insurance_used: bool = False
    other_paid: Mapping[Payer, Decimal] = field(default_factory=dict)
    ineligible_amount: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class ExpectedLine:
    """What an example says of one line."""

    claimed: Decimal
    paid: Decimal
    reasons: Mapping[Reason, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Example:
    """A worked example (算例) beside a product: run by `check`, read by people.

    `used` and `accumulators` name running totals without their policy and period.
    """

    case: str
    covers: tuple[CoverageTerms, ...]
    loss: Loss
    lines: tuple[Line, ...]
    paid: Decimal
    expected: Mapping[str, ExpectedLine]
    used: Mapping[str, Decimal] = field(default_factory=dict)
    accumulators: Mapping[str, Decimal] = field(default_factory=dict)
    line: int = field(default=0, compare=False, metadata={"computed": True})
