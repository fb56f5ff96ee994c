"""From a claim's rows to the inputs of the benefit calculation. Pure."""

from decimal import Decimal

from baocheng.areas.claims.enums import Outcome
from baocheng.areas.claims.models import ClaimLine
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.products.enums import Payer
from baocheng.areas.products.inputs import Line, Loss, Ratio
from baocheng.kernel.money import yuan
from baocheng.kernel.time import business_date


def loss_of(file: ClaimFile) -> Loss:
    """Return what the calculation needs to know of the loss and the cover at that moment."""
    claim, cover = file.claim, file.cover
    assert cover is not None, "a claim without a verified policy is not calculated"
    return Loss(
        id=str(claim.id),
        policy=str(cover.policy_id),
        insured=str(claim.insured_id or ""),
        occurred_on=file.loss_on,
        cover_from=business_date(cover.starts_at),
        cover_until=business_date(cover.ends_at),
        insured_since=business_date(cover.insured_since),
        by_accident=claim.by_accident,
        fault_ratio=None if claim.fault_ratio is None else Ratio(claim.fault_ratio),
        disability_grades=tuple(claim.disability_grades),
    )


def line_of(line: ClaimLine) -> Line:
    """Return a claim line as the calculation takes it."""
    return Line(
        key=str(line.place),
        head=line.head,
        on=line.incurred_on,
        amount=None if line.amount is None else yuan(line.amount),
        days=line.days,
        items=line.items,
        hospital_level=line.hospital_level,
        social_insurance_used=line.social_insurance_used,
        other_paid={Payer(name): Decimal(paid) for name, paid in line.other_paid.items()},
        ineligible_amount=yuan(line.ineligible_amount),
    )


def outcome_of(claimed: Decimal, payable: Decimal) -> Outcome:
    """Return what a decision to pay `payable` of `claimed` is called."""
    if payable == 0:
        return Outcome.NOTHING_PAYABLE
    return Outcome.PAID_IN_FULL if payable >= claimed else Outcome.PAID_IN_PART
