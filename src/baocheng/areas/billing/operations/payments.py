"""Owe money, instruct its payment once, and note what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from baocheng.areas.billing import permissions
from baocheng.areas.billing.enums import PaymentState, PostingKind, Purpose
from baocheng.areas.billing.events import PaymentInstructed, PaymentPaid, PaymentReturned
from baocheng.areas.billing.models import Payable, PaymentInstruction
from baocheng.areas.billing.operations.posting import post
from baocheng.areas.organisation.permissions import require
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import Unit, before_writing, current, refuse_on, unit
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _

_ASKED = "billing.asked"


class AmountNotPositive(Problem):
    """Nothing, or less than nothing, to pay or receive."""

    code = "billing.amount_not_positive"
    message = _("收付金额须大于零；负数金额请作追偿处理。")


class AlreadyInstructed(Conflict):
    """Somebody instructed the same payment at the same time."""

    code = "billing.already_instructed"
    message = _("该笔付款已有支付指令，不会重复支付。")


class PaidDifferently(Conflict):
    """The same source was owed to somebody else or with another amount."""

    code = "billing.paid_differently"
    message = _("同一来源的应付款已确认为 {amount} 元，不能更改金额或收款人。")


refuse_on("billing_payable_once", AlreadyInstructed)
refuse_on("billing_payment_once", AlreadyInstructed)
refuse_on("billing_payment_attempt", AlreadyInstructed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    stream: Stream
    payee_id: UUID
    account_id: UUID | None
    amount: Decimal
    purpose: Purpose
    source: str
    branch: str
    by: Actor
    at: datetime


def pay(
    *,
    stream: Stream,
    payee_id: UUID,
    account_id: UUID | None,
    amount: Decimal,
    purpose: str,
    source: str,
    branch: str,
    by: Actor,
    at: datetime,
) -> None:
    """Owe `amount` to somebody and instruct its payment, at the flush of the open unit.

    A source is owed and paid once. Asking again changes nothing, unless its payment was returned:
    then the same payable is instructed anew, to the account given now. The amount of a source
    known already may be left at zero. The caller has approved it.

    Raises:
        PaidDifferently (at the flush): the source is owed to another payee, or in another amount.
        AmountNotPositive (at the flush): a new source without an amount.
    """
    asked = _Asked(
        stream=stream,
        payee_id=payee_id,
        account_id=account_id,
        amount=amount,
        purpose=Purpose(purpose),
        source=source,
        branch=branch,
        by=by,
        at=at,
    )
    current().memo.setdefault(_ASKED, []).append(asked)


@before_writing
def _instruct(writing: Unit) -> bool:
    asked: list[_Asked] = writing.memo.pop(_ASKED, [])
    if not asked:
        return False
    # A stream that this unit brings into being was never paid before.
    latest = _latest([each.source for each in asked if not writing.is_new(each.stream.id)])
    for each in asked:
        before = latest.get((each.purpose, each.source))
        if before is None:
            latest[each.purpose, each.source] = _first(each)
            continue
        _refuse_other(each, before.payable)
        if before.state == PaymentState.RETURNED:
            latest[each.purpose, each.source] = _add(each, before.payable, before.attempt + 1)
    return True


def _latest(sources: Collection[str]) -> dict[tuple[str, str], PaymentInstruction]:
    if not sources:
        return {}
    rows = PaymentInstruction.objects.select_related("payable").filter(payable__source__in=sources)
    return {(row.payable.purpose, row.payable.source): row for row in rows.order_by("attempt")}


def _first(asked: _Asked) -> PaymentInstruction:
    if asked.amount <= 0:
        raise AmountNotPositive("amount")
    payable = Payable(
        stream_kind=asked.stream.kind,
        stream_id=asked.stream.id,
        source=asked.source,
        purpose=asked.purpose,
        payee_id=asked.payee_id,
        amount=asked.amount,
        branch=asked.branch,
        owed_at=asked.at,
        owed_by=asked.by.id,
    )
    current().add(payable)
    post(
        PostingKind.OWED,
        asked.amount,
        stream=asked.stream,
        source_id=payable.id,
        branch=asked.branch,
        at=asked.at,
    )
    return _add(asked, payable, 1)


def _add(asked: _Asked, payable: Payable, attempt: int) -> PaymentInstruction:
    instruction = PaymentInstruction(
        payable=payable,
        attempt=attempt,
        account_id=asked.account_id,
        amount=payable.amount,
        branch=payable.branch,
        instructed_at=asked.at,
    )
    current().add(instruction)
    event = PaymentInstructed(
        instruction_id=instruction.id,
        payee_id=payable.payee_id,
        amount=payable.amount,
        attempt=attempt,
    )
    record(event, stream=payable.stream, by=asked.by, at=asked.at)
    return instruction


def _refuse_other(asked: _Asked, payable: Payable) -> None:
    is_same_amount = asked.amount in (0, payable.amount)
    if not is_same_amount or asked.payee_id != payable.payee_id:
        raise PaidDifferently("amount", amount=payable.amount)


def confirm_payments(
    *, stream_ids: Collection[UUID], by: Actor, at: datetime
) -> Sequence[PaymentInstruction]:
    """Note that the open payments of these streams were made elsewhere (线下或原系统已支付).

    Raises:
        NotPermitted: `by` may not confirm payments of one of the branches.
    """
    with unit() as writing:
        writing.flush()
        waiting = PaymentInstruction.objects.select_related("payable").filter(
            payable__stream_id__in=stream_ids,
            state__in=[PaymentState.INSTRUCTED, PaymentState.SENT],
        )
        rows = list(waiting.order_by("id").select_for_update(of=("self",)))
        for branch in {row.branch for row in rows}:
            require(by, permissions.CONFIRM, branch=branch)
        for row in rows:
            settle(row, by=by, at=at)
    return rows


def settle(instruction: PaymentInstruction, *, by: Actor, at: datetime) -> None:
    """Note that the money went out, book it and tell the stream it belongs to."""
    instruction.state, instruction.settled_at = PaymentState.PAID, at
    current().change(instruction, "state", "settled_at")
    _book(PostingKind.PAID, instruction, at)
    paid = PaymentPaid(instruction_id=instruction.id, amount=instruction.amount)
    record(paid, stream=instruction.payable.stream, by=by, at=at)


def give_back(instruction: PaymentInstruction, reason: str, *, by: Actor, at: datetime) -> None:
    """Note that the bank returned a payment; what was booked as paid is booked back."""
    if instruction.state == PaymentState.PAID:
        _book(PostingKind.RETURNED, instruction, at)
    instruction.state, instruction.settled_at = PaymentState.RETURNED, at
    instruction.return_reason = reason
    current().change(instruction, "state", "settled_at", "return_reason")
    returned = PaymentReturned(
        instruction_id=instruction.id, amount=instruction.amount, reason=reason
    )
    record(returned, stream=instruction.payable.stream, by=by, at=at)


def _book(kind: PostingKind, instruction: PaymentInstruction, at: datetime) -> None:
    post(
        kind,
        instruction.amount,
        stream=instruction.payable.stream,
        source_id=instruction.id,
        branch=instruction.branch,
        at=at,
    )
