"""Tell the customer what was decided, and pay."""

from datetime import datetime

from baocheng.areas.billing.operations import payments, recoveries
from baocheng.areas.billing.queries import paid_amounts
from baocheng.areas.claims.calculations import outcome_of
from baocheng.areas.claims.enums import ClaimState, Outcome
from baocheng.areas.claims.events import (
    ClaimDecided,
    ClaimRefused,
    PaymentTakenBack,
    RecoveryBooked,
    RefusalNotified,
)
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.claims.operations import notifying
from baocheng.areas.claims.operations.assessment import release_accumulators
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor
from baocheng.engine.unit import current
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Conflict
from baocheng.kernel.text import _


class NotApproved(Conflict):
    """Nothing is decided without an approval."""

    code = "claims.not_approved"
    message = _("赔案尚未审批同意，不能作出决定或支付。")


class PayeeMissing(Conflict):
    """Nobody to pay."""

    code = "claims.payee_missing"
    message = _("赔案还没有收款人，请先登记被保险人或受益人。")


def issue_decision(file: ClaimFile, *, by: Actor, at: datetime) -> None:
    """Write to the customer what is paid and why, line by line."""
    claim = file.claim
    if not claim.is_approved:
        raise NotApproved
    claim.outcome = outcome_of(claim.claimed_amount, claim.payable_amount)
    claim.state, claim.decided_at = ClaimState.DECIDED, at
    current().change(claim, "outcome", "state", "decided_at")
    notifying.send_decision(file, by=by, at=at)
    decided = ClaimDecided(outcome=claim.outcome, amount=claim.payable_amount, line=_line(file))
    record(decided, stream=file.stream, by=by, at=at)


def issue_refusal(file: ClaimFile, *, by: Actor, at: datetime) -> None:
    """Refuse with clause, facts and remedies (保险法第二十四条)."""
    claim = file.claim
    if not claim.is_approved:
        raise NotApproved
    release_accumulators(file)
    claim.outcome, claim.state = Outcome.REFUSED, ClaimState.REFUSED
    claim.decided_at, claim.payable_amount = at, claim.settled_amount
    current().change(claim, "outcome", "state", "decided_at", "payable_amount")
    refused = ClaimRefused(reason=claim.liability_reason, clause=claim.liability_clause)
    record(refused, stream=file.stream, by=by, at=at)
    letter = notifying.send_refusal(file, by=by, at=at)
    record(
        RefusalNotified(letter=str(letter.id) if letter else ""), stream=file.stream, by=by, at=at
    )


def instruct_payment(file: ClaimFile, *, by: Actor, at: datetime) -> None:
    """Owe the customer what is not settled yet and instruct the bank, once.

    Raises:
        NotApproved, PayeeMissing
    """
    claim = file.claim
    if not claim.is_approved:
        raise NotApproved
    if claim.payee_id is None:
        raise PayeeMissing
    # After a return the source is known and nothing is outstanding: its payable is paid again.
    payments.pay(
        stream=file.stream,
        payee_id=claim.payee_id,
        account_id=claim.payee_account_id,
        amount=claim.payable_amount - claim.settled_amount,
        purpose="claim",
        source=f"{claim.id}:{len(file.calculations)}",
        branch=claim.branch,
        by=by,
        at=at,
    )
    claim.settled_amount, claim.state = claim.payable_amount, ClaimState.PAYING
    claim.settled_calculation = claim.counted_calculation
    current().change(claim, "settled_amount", "settled_calculation", "state")


def note_payment(file: ClaimFile) -> None:
    """Note on the claim that the bank has paid what was instructed."""
    claim = file.claim
    claim.paid_amount, claim.state = claim.settled_amount, ClaimState.PAID
    current().change(claim, "paid_amount", "state")


def take_back_payment(file: ClaimFile, *, by: Actor, at: datetime) -> None:
    """Open a closed claim for payment again: the bank returned what it had confirmed before."""
    claim = file.claim
    current().flush()  # the return itself is part of what is asked for next
    claim.paid_amount = paid_amounts([claim.id]).get(claim.id, ZERO)
    claim.state, claim.closed_at = ClaimState.PAYING, None
    current().change(claim, "paid_amount", "state", "closed_at")
    outstanding = claim.settled_amount - claim.paid_amount
    record(PaymentTakenBack(amount=outstanding), stream=file.stream, by=by, at=at)


def book_recovery(file: ClaimFile, *, by: Actor, at: datetime) -> None:
    """Book money that came back from somebody liable (追偿, 保险法第六十条)."""
    claim = file.claim
    recoveries.record_recovery(
        stream=file.stream,
        amount=claim.claimed_amount,
        source=str(claim.id),
        branch=claim.branch,
        by=by,
        at=at,
    )
    claim.outcome, claim.paid_amount = Outcome.RECOVERED, -claim.claimed_amount
    current().change(claim, "outcome", "paid_amount")
    record(RecoveryBooked(amount=claim.claimed_amount), stream=file.stream, by=by, at=at)


def _line(file: ClaimFile) -> str:
    return file.product.insurance_class.value if file.product else ""
