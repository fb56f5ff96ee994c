"""Approve (核赔), return or refuse; cumulative authority and four eyes."""

from datetime import datetime

from baocheng.areas.claims import permissions
from baocheng.areas.claims.enums import CoverStatus
from baocheng.areas.claims.events import ClaimApproved, ClaimReturned, RefusalApproved
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.engine.journal.record import record
from baocheng.engine.streams import SYSTEM, Actor
from baocheng.engine.unit import current
from baocheng.engine.work.authority import Approval, use_authority
from baocheng.engine.work.separation import require_four_eyes
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date

AUTHORITY = "claim_payment"
MADE_IN = ("review_documents", "assess_liability", "confirm_calculation")


class NotForTheMachine(Problem):
    """The machine decides only what is simple, payable and within the product's limit."""

    code = "claims.not_for_the_machine"
    message = _("该赔案不符合自动核赔的条件，须由人工审批。")
    status = 409


def approve_claim(file: ClaimFile, remark: str, *, by: Actor, at: datetime) -> None:
    """Approve the calculated amount on the approver's own authority.

    Raises:
        FourEyes: the approver reported, assessed or calculated the claim.
        AboveAuthority: with what was approved before, the amount is above the approver's limit.
    """
    claim = file.claim
    permissions.require(by, permissions.APPROVE)
    require_four_eyes(file.stream, MADE_IN, by, makers=[claim.reported_by])
    use_authority(
        Approval(
            kind=AUTHORITY,
            amount=claim.payable_amount,
            actor=by,
            stream=file.stream,
            # What counts on a claim is its amount now: a new calculation replaces the old one.
            reference=claim.id,
            payee=str(claim.payee_id or ""),
            on=business_date(at),
        ),
        at=at,
    )
    _approve(file, remark, by=by, at=at)


def approve_automatically(file: ClaimFile, *, at: datetime) -> None:
    """Approve a simple claim within its product's fast lane (快赔); the machine never refuses.

    Raises:
        NotForTheMachine: it is not simple, or nothing is payable.
    """
    claim, product = file.claim, file.product
    is_simple = (
        product is not None
        and claim.cover_status == CoverStatus.IN_FORCE
        and ZERO < claim.payable_amount <= product.fast_lane_amount
    )
    if not is_simple:
        raise NotForTheMachine
    _approve(file, "", by=SYSTEM, at=at)


def _approve(file: ClaimFile, remark: str, *, by: Actor, at: datetime) -> None:
    claim = file.claim
    claim.is_approved, claim.approved_by = True, by.id
    current().change(claim, "is_approved", "approved_by")
    approved = ClaimApproved(amount=claim.payable_amount, is_automatic=by == SYSTEM, remark=remark)
    record(approved, stream=file.stream, by=by, at=at)


def approve_refusal(file: ClaimFile, remark: str, *, by: Actor, at: datetime) -> None:
    """Agree that the claim is refused (拒赔).

    Raises:
        FourEyes: the approver reported or assessed the claim.
    """
    permissions.require(by, permissions.APPROVE)
    require_four_eyes(file.stream, MADE_IN, by, makers=[file.claim.reported_by])
    file.claim.is_approved, file.claim.approved_by = True, by.id
    current().change(file.claim, "is_approved", "approved_by")
    record(RefusalApproved(remark=remark), stream=file.stream, by=by, at=at)


def return_claim(file: ClaimFile, reason: str, *, by: Actor, at: datetime) -> None:
    """Send the claim back to be assessed again (退回)."""
    permissions.require(by, permissions.APPROVE)
    file.claim.is_approved, file.claim.return_reason = False, reason
    current().change(file.claim, "is_approved", "return_reason")
    record(ClaimReturned(reason=reason), stream=file.stream, by=by, at=at)
