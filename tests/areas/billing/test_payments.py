from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from baocheng.areas.billing.enums import Account, PaymentState
from baocheng.areas.billing.models import Entry, Payable, PaymentInstruction, Posting
from baocheng.areas.billing.operations.payments import (
    AmountNotPositive,
    PaidDifferently,
    confirm_payments,
    give_back,
    pay,
)
from baocheng.areas.billing.operations.recoveries import AlreadyRecovered, record_recovery
from baocheng.areas.billing.queries import (
    ledger_balance,
    paid_amounts,
    payments_of,
    recovered_amounts,
    trial_balance,
)
from baocheng.engine.journal.models import EventRow
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.streams import SYSTEM, Stream
from baocheng.engine.unit import unit
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotPermitted

from .conftest import BRANCH, CASHIER, LATER, NOON, Pay, Payee

pytestmark = pytest.mark.django_db


def balances() -> dict[str, tuple[str, str]]:
    rows = ((row.account, row.debit_amount, row.credit_amount) for row in trial_balance())
    return {account.value: (str(debit), str(credit)) for account, debit, credit in rows}


def sentences(stream: Stream) -> list[str]:
    return [sentence(row) for row in events_of(stream)]


def give_back_all(stream: Stream, reason: str) -> None:
    with unit():
        rows = PaymentInstruction.objects.select_related("payable").filter(
            payable__stream_id=stream.id
        )
        for row in rows.exclude(state=PaymentState.RETURNED):
            give_back(row, reason, by=CASHIER, at=LATER)


def test_payment_is_owed_instructed_and_booked(paying: Pay) -> None:
    stream = paying("800.00")

    (payment,) = payments_of([stream.id])
    assert (payment.amount, payment.state, payment.attempt) == (
        Decimal("800.00"),
        PaymentState.INSTRUCTED,
        1,
    )
    assert balances() == {
        "BANK": ("0.00", "0.00"),
        "CLAIMS_PAYABLE": ("0.00", "800.00"),
        "CLAIMS_PAID": ("800.00", "0.00"),
        "RECOVERIES": ("0.00", "0.00"),
    }
    assert ledger_balance() == 0
    assert sentences(stream) == ["支付指令：800.00 元"]


def test_retrying_pays_nothing_twice(paying: Pay) -> None:
    stream = paying()
    before = EventRow.objects.count()

    paying(stream=stream)
    paying("0.00", stream=stream)
    with unit():
        for _ in range(2):
            paying(stream=stream)

    assert len(payments_of([stream.id])) == 1
    assert Posting.objects.count() == 1
    assert EventRow.objects.count() == before


def test_same_source_in_one_unit_is_paid_once(paying: Pay) -> None:
    stream = Stream("claim", new_id())

    with unit():
        for _ in range(3):
            paying(stream=stream)

    assert len(payments_of([stream.id])) == 1


@pytest.mark.parametrize("changes", [{"amount": Decimal("800.01")}, {"payee_id": new_id()}])
def test_known_source_cannot_be_paid_differently(paying: Pay, changes: dict[str, Any]) -> None:
    stream = paying()
    before = EventRow.objects.count()

    with pytest.raises(PaidDifferently, match=r"800\.00 元"):
        paying(stream=stream, **changes)

    assert len(payments_of([stream.id])) == 1
    assert EventRow.objects.count() == before


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_nothing_is_owed_without_an_amount(paying: Pay, amount: str) -> None:
    with pytest.raises(AmountNotPositive):
        paying(amount)

    assert not Payable.objects.exists()
    assert not EventRow.objects.filter(type__startswith="billing.").exists()


def test_returned_payment_is_instructed_anew_for_the_same_payable(
    paying: Pay, payee: Payee
) -> None:
    stream = paying()
    give_back_all(stream, "户名不符")

    paying("0.00", stream=stream)

    first, second = payments_of([stream.id])
    assert (first.state, first.return_reason) == (PaymentState.RETURNED, "户名不符")
    assert (second.state, second.attempt, second.amount) == (
        PaymentState.INSTRUCTED,
        2,
        Decimal("800.00"),
    )
    assert Payable.objects.count() == Posting.objects.count() == 1
    assert sentences(stream) == [
        "支付指令：800.00 元",
        "付款 800.00 元被退回：户名不符",
        "支付指令：800.00 元（第 2 次）",
    ]


def test_money_returned_after_it_was_paid_is_booked_back(paying: Pay) -> None:
    stream = paying()
    confirm_payments(stream_ids=[stream.id], by=CASHIER, at=LATER)
    assert paid_amounts([stream.id]) == {stream.id: Decimal("800.00")}

    give_back_all(stream, "账户已销户")

    assert balances()["BANK"] == ("800.00", "800.00")
    assert balances()["CLAIMS_PAYABLE"] == ("800.00", "1600.00")
    assert paid_amounts([stream.id]) == {}
    assert ledger_balance() == 0


def test_many_payments_cost_as_many_statements_as_one(payee: Payee) -> None:
    counts = set()

    def pay_many(count: int) -> None:
        with unit():
            for _ in range(count):
                stream = Stream("claim", new_id())
                pay(
                    stream=stream,
                    payee_id=payee.id,
                    account_id=payee.account_id,
                    amount=Decimal("1.00"),
                    purpose="claim",
                    source=str(stream.id),
                    branch=BRANCH,
                    by=SYSTEM,
                    at=NOON,
                )

    for count in (1, 30):
        with CaptureQueriesContext(connection) as statements:
            pay_many(count)
        counts.add(len(statements))

    assert len(counts) == 1


def test_payment_made_elsewhere_is_confirmed_once(paying: Pay) -> None:
    stream = paying()

    confirmed = confirm_payments(stream_ids=[stream.id], by=CASHIER, at=LATER)
    again = confirm_payments(stream_ids=[stream.id], by=CASHIER, at=LATER)

    assert [row.state for row in confirmed] == [PaymentState.PAID]
    assert again == []
    assert sentences(stream)[-1] == "已支付 800.00 元"
    assert balances()["BANK"] == ("0.00", "800.00")


def test_payment_of_another_branch_is_not_confirmed(paying: Pay) -> None:
    stream = paying()
    stranger = replace(CASHIER, branch="1/310")

    with pytest.raises(NotPermitted):
        confirm_payments(stream_ids=[stream.id], by=stranger, at=LATER)

    assert [payment.state for payment in payments_of([stream.id])] == [PaymentState.INSTRUCTED]


def test_recovery_is_booked_once(db: None) -> None:
    stream = Stream("claim", new_id())

    def recover(amount: str) -> None:
        record_recovery(
            stream=stream,
            amount=Decimal(amount),
            source=str(stream.id),
            branch=BRANCH,
            by=SYSTEM,
            at=NOON,
        )

    recover("120.50")
    with pytest.raises(AlreadyRecovered), transaction.atomic():
        recover("120.50")
    with pytest.raises(AmountNotPositive):
        recover("0.00")

    assert recovered_amounts([stream.id]) == {stream.id: Decimal("120.50")}
    assert balances()["RECOVERIES"] == ("0.00", "120.50")
    assert ledger_balance() == 0
    assert sentences(stream) == ["追偿款 120.50 元到账"]


def test_database_refuses_a_posting_out_of_balance(paying: Pay) -> None:
    paying()
    posting = Posting.objects.get()

    with pytest.raises(DatabaseError, match="does not balance"), transaction.atomic():
        Entry.objects.create(posting=posting, account=Account.BANK, debit_amount=Decimal(1))
    with pytest.raises(IntegrityError, match="one_side"), transaction.atomic():
        Entry.objects.create(posting=posting, account=Account.BANK, debit_amount=Decimal(-1))

    assert ledger_balance() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM billing_posting",
        "DELETE FROM billing_entry",
        "UPDATE billing_posting SET branch = '2'",
        "UPDATE billing_entry SET debit_amount = 2 * debit_amount",
    ],
)
def test_ledger_is_never_changed(paying: Pay, statement: str) -> None:
    paying()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert balances()["CLAIMS_PAID"] == ("800.00", "0.00")
