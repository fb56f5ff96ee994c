"""Read payments and the ledger."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from baocheng.areas.billing import permissions
from baocheng.areas.billing.enums import Account, PaymentState
from baocheng.areas.billing.models import Entry, PaymentFile, PaymentInstruction, Recovery
from baocheng.engine.streams import Actor
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import NotPermitted


class Payment(NamedTuple):
    """A payment instruction as a claim's page shows it."""

    id: UUID
    stream_id: UUID
    number: str | None
    attempt: int
    payee_id: UUID
    account_id: UUID | None
    amount: Decimal
    state: PaymentState
    instructed_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    return_reason: str


class AccountBalance(NamedTuple):
    """What was booked on one account."""

    account: Account
    debit_amount: Decimal
    credit_amount: Decimal


def payments_of(stream_ids: Collection[UUID]) -> Sequence[Payment]:
    """Return the payments of these streams, oldest first."""
    rows = PaymentInstruction.objects.filter(payable__stream_id__in=stream_ids).order_by("id")
    return [
        Payment(
            id=row.id,
            stream_id=row.payable.stream_id,
            number=row.number,
            attempt=row.attempt,
            payee_id=row.payable.payee_id,
            account_id=row.account_id,
            amount=row.amount,
            state=PaymentState(row.state),
            instructed_at=row.instructed_at,
            sent_at=row.sent_at,
            settled_at=row.settled_at,
            return_reason=row.return_reason,
        )
        for row in rows.select_related("payable")
    ]


def paid_amounts(stream_ids: Collection[UUID]) -> dict[UUID, Decimal]:
    """Return what was really paid on each of these streams; nothing paid is left out."""
    rows = PaymentInstruction.objects.filter(
        payable__stream_id__in=stream_ids, state=PaymentState.PAID
    )
    sums = rows.order_by().values_list("payable__stream_id").annotate(paid=Sum("amount"))
    return dict(sums)


def recovered_amounts(stream_ids: Collection[UUID]) -> dict[UUID, Decimal]:
    """Return what was recovered on each of these streams; nothing recovered is left out."""
    rows = Recovery.objects.filter(stream_id__in=stream_ids).order_by()
    return dict(rows.values_list("stream_id").annotate(received=Sum("amount")))


def ledger_balance() -> Decimal:
    """Return all debits less all credits: zero, or the ledger is broken."""
    sums = Entry.objects.aggregate(debit=Sum("debit_amount"), credit=Sum("credit_amount"))
    return (sums["debit"] or ZERO) - (sums["credit"] or ZERO)


def trial_balance() -> Sequence[AccountBalance]:
    """Return what was booked on each account, in the order of the accounts."""
    sums = Entry.objects.order_by().values_list("account")
    rows = {
        account: (debit, credit)
        for account, debit, credit in sums.annotate(Sum("debit_amount"), Sum("credit_amount"))
    }
    return [AccountBalance(account, *rows.get(account, (ZERO, ZERO))) for account in Account]


def list_payment_files_for(actor: Actor) -> QuerySet[PaymentFile]:
    """Return the payment files that `actor` may see, newest first.

    Raises:
        NotPermitted: they may see none at all.
    """
    if not actor.may(permissions.MAKE_FILE):
        raise NotPermitted
    within = Q(branch=actor.branch) | Q(branch__startswith=f"{actor.branch}/")
    return PaymentFile.objects.filter(within).order_by("-id")


def list_waiting_for(actor: Actor) -> QuerySet[PaymentInstruction]:
    """Return the payments that wait to be sent at the actor's branch and below, oldest first.

    Raises:
        NotPermitted: they may not send payments.
    """
    if not actor.may(permissions.MAKE_FILE):
        raise NotPermitted
    within = Q(branch=actor.branch) | Q(branch__startswith=f"{actor.branch}/")
    waiting = PaymentInstruction.objects.filter(within, state=PaymentState.INSTRUCTED)
    return waiting.select_related("payable").order_by("id")
