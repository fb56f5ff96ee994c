"""The calculation sheet (理算书): what went in, every reduction with its reason, what is paid.

A sheet can be written as JSON and re-performed from it (`calculations.recompute`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any, NamedTuple

from django.utils.translation import gettext

from baocheng.areas.products.enums import Payer, Reason
from baocheng.areas.products.inputs import AccumulatorKey, CoverageTerms, Line, Loss, Ratio
from baocheng.engine.journal.events import to_json
from baocheng.kernel.money import ZERO


class Formula(NamedTuple):
    """A sentence that says how a figure came about, and the numbers it names."""

    template: str
    numbers: Mapping[str, object]

    def sentence(self, translate: Callable[[str], str] = gettext) -> str:
        """Return the sentence with its numbers, in the reader's language."""
        written = {name: _labelled(value) for name, value in self.numbers.items()}
        return translate(self.template).format(**written)


class Reduction(NamedTuple):
    """An amount that a step took off a line."""

    reason: Reason
    amount: Decimal
    clause: str
    formula: Formula


class Part(NamedTuple):
    """What one coverage did with a line.

    `is_final` is false when a later coverage was offered the rest: its own reductions then count.
    """

    coverage: str
    offered: Decimal
    basis: Formula | None
    reductions: Sequence[Reduction]
    paid: Decimal
    is_final: bool = True


class SheetLine(NamedTuple):
    """A line with everything that happened to it: `claimed == paid + the sum of reductions`."""

    line: Line
    claimed: Decimal
    parts: Sequence[Part]
    reductions: Sequence[Reduction]
    paid: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole calculation. `used` are the running totals before it, `spent` what it adds to them.

    `fingerprint` is the SHA-256 of the product file that it was made with.
    """

    product: str
    fingerprint: str
    loss: Loss
    covers: Sequence[CoverageTerms]
    lines: Sequence[SheetLine]
    used: Mapping[AccumulatorKey, Decimal]
    spent: Mapping[AccumulatorKey, Decimal]
    paid_by_coverage: Mapping[str, Decimal]
    paid: Decimal

    @property
    def claimed(self) -> Decimal:
        """The sum of what was claimed."""
        return sum((line.claimed for line in self.lines), ZERO)

    def reduced_by_reason(self) -> dict[Reason, Decimal]:
        """Add the reductions up by reason, in the order of the codes."""
        sums: dict[Reason, Decimal] = {}
        for line in self.lines:
            for reduction in line.reductions:
                sums[reduction.reason] = sums.get(reduction.reason, ZERO) + reduction.amount
        return {reason: sums[reason] for reason in Reason if reason in sums}

    def as_json(self) -> dict[str, Any]:
        """Return the record to keep: plain JSON values, equal for equal sheets."""
        return {
            "product": self.product,
            "fingerprint": self.fingerprint,
            "loss": _plain(self.loss),
            "covers": [_plain(terms) for terms in self.covers],
            "lines": [_line_json(line) for line in self.lines],
            "accumulators": [
                {
                    **key._asdict(),
                    "before": str(before),
                    "after": str(before + self.spent.get(key, ZERO)),
                }
                for key, before in self.used.items()
            ],
            "paid_by_coverage": {key: str(paid) for key, paid in self.paid_by_coverage.items()},
            "claimed": str(self.claimed),
            "paid": str(self.paid),
        }


class Inputs(NamedTuple):
    """What a recorded sheet was calculated from."""

    covers: Sequence[CoverageTerms]
    loss: Loss
    lines: Sequence[Line]
    used: Mapping[AccumulatorKey, Decimal]


def read_inputs(record: Mapping[str, Any]) -> Inputs:
    """Read back what a sheet's JSON record was calculated from."""
    return Inputs(
        covers=[
            CoverageTerms(coverage=terms["coverage"], amounts=_decimals(terms["amounts"]))
            for terms in record["covers"]
        ],
        loss=_read_loss(record["loss"]),
        lines=[_read_line(entry["line"]) for entry in record["lines"]],
        used={
            AccumulatorKey(*(entry[name] for name in AccumulatorKey._fields)): Decimal(
                entry["before"]
            )
            for entry in record["accumulators"]
        },
    )


class Difference(NamedTuple):
    """A place where two records of a calculation do not say the same."""

    place: str
    recorded: object
    recomputed: object


def differences(recorded: object, recomputed: object, place: str = "") -> Iterator[Difference]:
    """Name every place where a kept record and a new one differ."""
    if isinstance(recorded, Mapping) and isinstance(recomputed, Mapping):
        for key in {**recorded, **recomputed}:
            below = f"{place}.{key}" if place else str(key)
            yield from differences(recorded.get(key), recomputed.get(key), below)
    elif isinstance(recorded, list) and isinstance(recomputed, list):
        for index, (old, new) in enumerate(zip_longest(recorded, recomputed)):
            yield from differences(old, new, f"{place}.{index}")
    elif recorded != recomputed:
        yield Difference(place, recorded, recomputed)


def read_formula(entry: Mapping[str, Any]) -> Formula:
    """Read back a formula from where a sheet's JSON record has one: a basis or a reduction."""
    numbers = dict(entry["numbers"])
    if numbers.get("payer") in Payer.values:
        numbers["payer"] = Payer(numbers["payer"])
    return Formula(entry["formula"], numbers)


def _labelled(value: object) -> str:
    return str(value.label) if isinstance(value, Payer) else _written(value)


def _written(value: object) -> str:
    if isinstance(value, Payer):
        return value.value
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)


def _plain(thing: Any) -> dict[str, Any]:
    return {each.name: to_json(getattr(thing, each.name)) for each in fields(thing)}


def _formula_json(formula: Formula) -> dict[str, Any]:
    numbers = {name: _written(value) for name, value in formula.numbers.items()}
    return {"formula": formula.template, "numbers": numbers}


def _reduction_json(reduction: Reduction) -> dict[str, Any]:
    return {
        "reason": reduction.reason.value,
        "amount": str(reduction.amount),
        "clause": reduction.clause,
        **_formula_json(reduction.formula),
    }


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "coverage": part.coverage,
        "offered": str(part.offered),
        "basis": _formula_json(part.basis) if part.basis else None,
        "reductions": [_reduction_json(reduction) for reduction in part.reductions],
        "paid": str(part.paid),
        "is_final": part.is_final,
    }


def _line_json(entry: SheetLine) -> dict[str, Any]:
    return {
        "line": _plain(entry.line),
        "claimed": str(entry.claimed),
        "parts": [_part_json(part) for part in entry.parts],
        "reductions": [_reduction_json(reduction) for reduction in entry.reductions],
        "paid": str(entry.paid),
    }


def _decimals(values: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in values.items()}


def _read_loss(values: Mapping[str, Any]) -> Loss:
    since, fault_ratio = values["insured_since"], values["fault_ratio"]
    return Loss(
        **{
            **values,
            "occurred_on": date.fromisoformat(values["occurred_on"]),
            "cover_from": date.fromisoformat(values["cover_from"]),
            "cover_until": date.fromisoformat(values["cover_until"]),
            "insured_since": date.fromisoformat(since) if since else None,
            "fault_ratio": None if fault_ratio is None else Ratio(Decimal(fault_ratio)),
            "disability_grades": tuple(values["disability_grades"]),
        }
    )


def _read_line(values: Mapping[str, Any]) -> Line:
    amount = values["amount"]
    return Line(
        **{
            **values,
            "on": date.fromisoformat(values["on"]),
            "amount": None if amount is None else Decimal(amount),
            "other_paid": {Payer(name): Decimal(v) for name, v in values["other_paid"].items()},
            "ineligible_amount": Decimal(values["ineligible_amount"]),
        }
    )
