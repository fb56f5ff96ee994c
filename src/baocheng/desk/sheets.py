"""The calculation sheet (理算书) of a claim, read like the paper one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from baocheng.areas.products.definition import Product
from baocheng.areas.products.enums import Reason
from baocheng.areas.products.sheet import read_formula
from baocheng.desk.rows.case import Reduction, SheetLine, SheetStep, SheetTab
from baocheng.desk.wording import in_language, joined
from baocheng.kernel.amount_words import in_words
from baocheng.kernel.money import ZERO

if TYPE_CHECKING:
    from baocheng.areas.claims.models.file import ClaimFile

Stored = Mapping[str, Any]


def tab_of(file: "ClaimFile") -> SheetTab | None:
    """Return the latest calculation of a claim, None where there is none yet."""
    if not file.calculations:
        return None
    record = file.calculations[-1]
    sheet: Stored = record.sheet
    lines = [_line(index, one, file.product) for index, one in enumerate(sheet["lines"], 1)]
    return SheetTab(
        lines=lines,
        steps=_steps(lines, record.claimed_amount),
        claimed=record.claimed_amount,
        allowed=sum((line.allowed for line in lines), ZERO),
        paid=record.payable_amount,
        paid_in_words=in_words(record.payable_amount),
        version=_("第 {n} 稿").format(n=record.sequence),
        calculated_at=record.calculated_at,
        calculated_by=_("系统") if record.calculated_by == "system" else "",
        accumulators=_accumulators(sheet),
    )


def _line(index: int, entry: Stored, product: Product | None) -> SheetLine:
    line = entry["line"]
    head = product.heads.get(line["head"], line["head"]) if product else line["head"]
    reductions = [_reduction(one) for one in entry["reductions"]]
    claimed = Decimal(entry["claimed"])
    return SheetLine(
        index=index,
        name=" ".join(part for part in (in_language(head), line.get("description") or "") if part),
        coverage=joined(_coverages(entry, product)),
        claimed=claimed,
        allowed=claimed - _not_eligible(entry),
        paid=Decimal(entry["paid"]),
        reductions=reductions,
    )


# What these take away was never an expense that the product covers; the rest of the reductions
# share out what is covered.
_OUTSIDE = frozenset(
    {
        Reason.NOT_COVERED,
        Reason.OUTSIDE_COVER_PERIOD,
        Reason.OUTSIDE_TREATMENT_PERIOD,
        Reason.WAITING_PERIOD,
        Reason.NOT_ELIGIBLE,
    }
)


def _not_eligible(entry: Stored) -> Decimal:
    outside = (one for one in entry["reductions"] if Reason(one["reason"]) in _OUTSIDE)
    return sum((Decimal(one["amount"]) for one in outside), ZERO)


def _reduction(stored: Stored) -> Reduction:
    return Reduction(
        code=stored["clause"],
        reason=str(Reason(stored["reason"]).label),
        amount=-Decimal(stored["amount"]),
        formula=read_formula(stored).sentence(),
    )


def _coverages(entry: Stored, product: Product | None) -> Sequence[str]:
    keys = dict.fromkeys(part["coverage"] for part in entry["parts"] if part["is_final"])
    known = product.coverage_by_key if product else {}
    return [in_language(known[key].name) if key in known else key for key in keys]


def _steps(lines: Sequence[SheetLine], claimed: Decimal) -> Sequence[SheetStep]:
    """Add the reductions up by reason: from what was claimed to what is paid."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        for one in line.reductions:
            sums[one.reason] = sums.get(one.reason, ZERO) + one.amount
    steps, left = [], claimed
    for reason, amount in sums.items():
        before, left = left, left + amount
        formula = f"{before:,.2f} \N{MINUS SIGN} {-amount:,.2f}"
        steps.append(SheetStep(label=reason, formula=formula, amount=left))
    return steps


def _accumulators(sheet: Stored) -> Sequence[SheetStep]:
    return [
        SheetStep(
            label=" ".join(part for part in (one["name"], one["period"]) if part),
            formula=f"{Decimal(one['before']):,.2f} → {Decimal(one['after']):,.2f}",
            amount=Decimal(one["after"]) - Decimal(one["before"]),
        )
        for one in sheet["accumulators"]
        if Decimal(one["after"]) != Decimal(one["before"])
    ]
