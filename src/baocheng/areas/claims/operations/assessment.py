"""Decide on liability (责任认定) and calculate the benefit (理算)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from baocheng.areas.claims.calculations import line_of, loss_of
from baocheng.areas.claims.enums import ClaimState, CoverStatus, Liability, LiabilityReason
from baocheng.areas.claims.events import (
    CalculationConfirmed,
    ClaimCalculated,
    LiabilityAssessed,
)
from baocheng.areas.claims.models import CalculationRecord
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.policies.operations import accumulators
from baocheng.areas.products.calculations import accumulator_keys, calculate
from baocheng.areas.products.definition import Product
from baocheng.areas.products.inputs import AccumulatorKey
from baocheng.areas.products.sheet import Sheet
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor
from baocheng.engine.unit import current
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _


class ClauseMissing(Problem):
    """A conclusion against the customer without the clause it rests on."""

    code = "claims.clause_missing"
    message = _(
        "不属于或部分不属于保险责任的，必须引用条款、选择原因并写明事实与理由（保险法第二十四条）。"
    )


class UnknownClause(Problem):
    """The product has no such clause."""

    code = "claims.unknown_clause"
    message = _("产品条款中没有“{clause}”。")


class PolicyUnverified(Conflict):
    """Nothing is paid before the policy is verified."""

    code = "claims.policy_unverified"
    message = _("保单尚未核实，不能理算和支付；请先在赔案中核实保单。")


class NoCover(Conflict):
    """No cover was in force at the moment of loss."""

    code = "claims.no_cover"
    message = _("出险时点没有有效的保障，不能按属于责任理算；请作“不属于保险责任”的认定。")


class NothingToCalculate(Problem):
    """A claim without lines."""

    code = "claims.nothing_to_calculate"
    message = _("赔案还没有费用与损失明细，请先补录。")


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """A conclusion on liability, with its grounds; `not_covered_lines` are places of lines."""

    liability: Liability
    clause: str = ""
    reason: LiabilityReason | None = None
    facts: str = ""
    fault_ratio: Decimal | None = None
    not_covered_lines: Sequence[int] = ()


def assess_liability(file: ClaimFile, assessment: Assessment, *, by: Actor, at: datetime) -> None:
    """Conclude on liability.

    Raises:
        ClauseMissing: a conclusion against the customer lacks clause, reason or facts.
        UnknownClause: the product does not have that clause.
    """
    claim = file.claim
    is_favourable = assessment.liability is Liability.COVERED
    if not is_favourable:
        _require_grounds(assessment, file.product)
    claim.liability = assessment.liability
    claim.liability_clause = "" if is_favourable else assessment.clause
    claim.liability_reason = "" if is_favourable else str(assessment.reason)
    claim.liability_facts = assessment.facts
    claim.is_approved, claim.return_reason = False, ""
    claim.state = ClaimState.ASSESSED
    if assessment.fault_ratio is not None:
        claim.fault_ratio = assessment.fault_ratio
    current().change(
        claim,
        *("liability", "liability_clause", "liability_reason", "liability_facts"),
        *("is_approved", "return_reason", "state", "fault_ratio"),
    )
    for line in file.lines:
        excluded = not is_favourable and line.place in assessment.not_covered_lines
        if line.is_excluded != excluded:
            line.is_excluded = excluded
            current().change(line, "is_excluded")
    record(
        LiabilityAssessed(
            liability=claim.liability,
            reason=claim.liability_reason,
            clause=claim.liability_clause,
        ),
        stream=file.stream,
        by=by,
        at=at,
    )


def _require_grounds(assessment: Assessment, product: Product | None) -> None:
    given = {
        "clause": assessment.clause,
        "reason": assessment.reason,
        "facts": assessment.facts.strip(),
    }
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise ClauseMissing(*missing)
    if product is not None and assessment.clause not in product.clauses:
        raise UnknownClause("clause", clause=assessment.clause)


def calculate_benefit(file: ClaimFile, *, by: Actor, at: datetime) -> CalculationRecord:
    """Calculate what is payable, with the policy's running totals taken under lock.

    What an earlier calculation of the same claim takes of deductibles and limits is given back
    first, so that nothing is spent twice.

    Raises:
        PolicyUnverified, NoCover, NothingToCalculate
        Problems: lines or facts that the product cannot calculate with.
    """
    claim, product, cover = file.claim, file.product, file.cover
    if claim.cover_status == CoverStatus.UNVERIFIED or product is None:
        raise PolicyUnverified
    if cover is None:
        raise NoCover
    lines = [line for line in file.lines if not line.is_excluded]
    if not lines:
        raise NothingToCalculate("lines")
    loss = loss_of(file)
    earlier = _spent(file, claim.counted_calculation)
    held = accumulators.lock_accumulators({*_keys(file), *earlier})
    used = {key: amount - earlier.get(key, ZERO) for key, amount in held.items()}
    sheet = calculate(
        product,
        covers=cover.covers,
        loss=loss,
        lines=[line_of(line) for line in lines],
        used=used,
    )
    accumulators.spend(_difference(sheet.spent, earlier))
    return _keep(file, sheet, by=by, at=at)


def lock_totals(files: Iterable[ClaimFile]) -> None:
    """Take the running totals of claims that are calculated together, in one order for everybody.

    Two who calculate claims on the same policies then wait for each other and never crosswise.
    """
    wanted = {key for file in files for key in _keys(file)}
    if wanted:
        accumulators.lock_accumulators(wanted)


def _keys(file: ClaimFile) -> list[AccumulatorKey]:
    if file.product is None or file.cover is None:
        return []
    return accumulator_keys(file.product, covers=file.cover.covers, loss=loss_of(file))


def release_accumulators(file: ClaimFile) -> None:
    """Give back what a refused claim takes of deductibles and limits, but for what was paid."""
    claim = file.claim
    settled = _spent(file, claim.settled_calculation)
    changes = _difference(settled, _spent(file, claim.counted_calculation))
    accumulators.lock_accumulators(changes.keys())
    accumulators.spend(changes)
    claim.counted_calculation = claim.settled_calculation
    current().change(claim, "counted_calculation")


def _spent(file: ClaimFile, sequence: int) -> dict[AccumulatorKey, Decimal]:
    """Return what the calculation of this number took of each running total; 0 is none."""
    taken = {}
    for entry in file.calculations[sequence - 1].sheet["accumulators"] if sequence else ():
        key = AccumulatorKey(*(entry[name] for name in AccumulatorKey._fields))
        taken[key] = Decimal(entry["after"]) - Decimal(entry["before"])
    return {key: amount for key, amount in taken.items() if amount}


def _difference(
    new: Mapping[AccumulatorKey, Decimal], old: Mapping[AccumulatorKey, Decimal]
) -> dict[AccumulatorKey, Decimal]:
    changes = {key: new.get(key, ZERO) - old.get(key, ZERO) for key in {**new, **old}}
    return {key: amount for key, amount in changes.items() if amount}


def _keep(file: ClaimFile, sheet: Sheet, *, by: Actor, at: datetime) -> CalculationRecord:
    claim = file.claim
    kept = CalculationRecord(
        claim_id=claim.id,
        sequence=len(file.calculations) + 1,
        sheet=sheet.as_json(),
        claimed_amount=sheet.claimed,
        payable_amount=sheet.paid,
        calculated_at=at,
        calculated_by=by.id,
    )
    current().add(kept)
    file.calculations.append(kept)
    claim.payable_amount, claim.state = sheet.paid, ClaimState.CALCULATED
    claim.counted_calculation = kept.sequence
    current().change(claim, "payable_amount", "state", "counted_calculation")
    reductions = {reason.value: amount for reason, amount in sheet.reduced_by_reason().items()}
    record(
        ClaimCalculated(
            sequence=kept.sequence,
            claimed_amount=sheet.claimed,
            payable_amount=sheet.paid,
            reductions=reductions,
        ),
        stream=file.stream,
        by=by,
        at=at,
    )
    return kept


def confirm_calculation(file: ClaimFile, remark: str, *, by: Actor, at: datetime) -> None:
    """Confirm the calculation sheet (理算复核)."""
    amount = file.claim.payable_amount
    confirmed = CalculationConfirmed(payable_amount=amount, remark=remark)
    record(confirmed, stream=file.stream, by=by, at=at)
