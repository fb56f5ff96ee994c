"""Return visits, closing and reopening."""

from datetime import datetime
from uuid import UUID

from baocheng.areas.claims import permissions, queries
from baocheng.areas.claims.enums import ClaimState, Outcome
from baocheng.areas.claims.events import ClaimClosed, ClaimReopened, CustomerVisited
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.engine.journal.record import record
from baocheng.engine.processes.operations import NewInstance, start_processes
from baocheng.engine.streams import Actor
from baocheng.engine.unit import current, unit
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _


class NotClosed(Conflict):
    """Only a closed claim is reopened."""

    code = "claims.not_closed"
    message = _("赔案尚未结案，不需要重开。")


class ReopeningReasonMissing(Problem):
    """A reopening says why."""

    code = "claims.reopening_reason_missing"
    message = _("请写明重开的理由。")


def visit_customer(file: ClaimFile, *, result: str, remark: str, by: Actor, at: datetime) -> None:
    """Note what a return visit (回访) found."""
    record(CustomerVisited(result=result, remark=remark), stream=file.stream, by=by, at=at)


def close_claim(file: ClaimFile, *, by: Actor, at: datetime) -> None:
    """Close the claim (结案); a refused claim lets go of its invoices."""
    claim = file.claim
    claim.state, claim.closed_at = ClaimState.CLOSED, at
    current().change(claim, "state", "closed_at")
    if claim.outcome == Outcome.REFUSED and not claim.settled_amount:
        # What counted towards a deductible stays held, though nothing was payable.
        _hold_invoices(file, is_held=False)
    closed = ClaimClosed(outcome=claim.outcome, paid_amount=claim.paid_amount)
    record(closed, stream=file.stream, by=by, at=at)


def _hold_invoices(file: ClaimFile, *, is_held: bool) -> None:
    for line in file.lines:
        if line.invoice is not None and line.holds_invoice != is_held:
            line.holds_invoice = is_held
            current().change(line, "holds_invoice")


def reopen_claim(*, claim_id: UUID, reason: str, by: Actor, at: datetime) -> Claim:
    """Reopen a closed claim (重开): it is assessed afresh, the first decision stays on record.

    Raises:
        NotClosed, ReopeningReasonMissing
        InvoiceAlreadyClaimed (at the flush): another claim brought an invoice meanwhile.
    """
    permissions.require(by, permissions.REOPEN)
    with unit() as writing:
        file = queries.get_file(claim_id)
        claim = file.claim
        permissions.require_read(by, claim)
        if claim.state != ClaimState.CLOSED:
            raise NotClosed
        if not reason.strip():
            raise ReopeningReasonMissing("reason")
        claim.state, claim.closed_at = ClaimState.REOPENED, None
        claim.reopened_count += 1
        claim.is_approved = False
        writing.change(claim, "state", "closed_at", "reopened_count", "is_approved")
        _hold_invoices(file, is_held=True)
        record(ClaimReopened(reason=reason), stream=file.stream, by=by, at=at)
        start_processes([NewInstance("claim_reassessment", file.stream)], by=by, at=at)
    return claim
