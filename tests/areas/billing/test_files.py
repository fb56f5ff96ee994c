import csv
import hashlib
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection

from baocheng.areas.billing.enums import PaymentState
from baocheng.areas.billing.models import Acknowledgement, PaymentFile, Posting
from baocheng.areas.billing.operations.files import (
    AcknowledgementUnreadable,
    NothingToPay,
    make_payment_file,
    record_acknowledgement,
)
from baocheng.areas.billing.queries import (
    ledger_balance,
    list_payment_files_for,
    list_waiting_for,
    payments_of,
)
from baocheng.engine.journal.models import EventRow
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.streams import Actor, Stream
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotPermitted

from .conftest import CASHIER, LATER, NOON, Pay

pytestmark = pytest.mark.django_db


def states(*streams: Stream) -> list[PaymentState]:
    return [payment.state for payment in payments_of([stream.id for stream in streams])]


def number_of(stream: Stream) -> str:
    (payment,) = payments_of([stream.id])
    assert payment.number is not None
    return payment.number


def acknowledgement(*rows: tuple[str, str, str, str]) -> str:
    return "\n".join(",".join(row) for row in (("number", "amount", "result", "reason"), *rows))


def problems(text: str) -> list[str]:
    return [result.problem for result in record_acknowledgement(text=text, by=CASHIER, at=LATER)]


def test_file_has_every_waiting_payment_with_control_totals(paying: Pay) -> None:
    first, second = paying("800.00"), paying("0.05")
    elsewhere = paying("1.00", branch="1/310")

    made = make_payment_file(by=CASHIER, at=NOON)

    assert list(csv.reader(io.StringIO(made.file.content))) == [
        ["number", "holder", "bank", "account", "amount"],
        [number_of(first), "王芳", "示范银行", "4111111111111111", "800.00"],
        [number_of(second), "王芳", "示范银行", "4111111111111111", "0.05"],
        ["TOTAL", "", "", "2", "800.05"],
    ]
    stored = PaymentFile.objects.get()
    assert (stored.count, stored.total_amount) == (2, Decimal("800.05"))
    assert stored.sha256 == hashlib.sha256(stored.content.encode()).hexdigest()
    assert stored.content == made.file.content
    assert states(first, second, elsewhere) == [
        PaymentState.SENT,
        PaymentState.SENT,
        PaymentState.INSTRUCTED,
    ]
    assert sentence(events_of(first)[-1]) == f"付款 {number_of(first)} 已送银行，800.00 元"
    assert sentence(events_of(Stream("payment_file", stored.id))[-1]) == (
        "周平 生成支付文件：2 笔，合计 800.05 元"
    )
    assert list(list_payment_files_for(CASHIER)) == [stored]
    assert list(list_waiting_for(CASHIER)) == []


def test_account_numbers_are_sealed_in_the_database(paying: Pay) -> None:
    paying()
    make_payment_file(by=CASHIER, at=NOON)

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM billing_payment_file")
        (content,) = cursor.fetchone()
    assert "4111111111111111" not in content


def test_payment_without_account_goes_to_the_one_the_payee_gave_later(paying: Pay) -> None:
    early = paying(account_id=None)

    made = make_payment_file(by=CASHIER, at=NOON)

    assert list(made.without_account) == []
    assert states(early) == [PaymentState.SENT]


def test_payment_without_any_account_waits_and_is_named(paying: Pay) -> None:
    without = paying(account_id=None, payee_id=new_id())
    made_of = paying()

    made = make_payment_file(by=CASHIER, at=NOON)

    assert [row.payable.stream for row in made.without_account] == [without]
    assert states(without, made_of) == [PaymentState.INSTRUCTED, PaymentState.SENT]


def test_nothing_is_sent_twice(paying: Pay) -> None:
    paying()
    make_payment_file(by=CASHIER, at=NOON)

    with pytest.raises(NothingToPay):
        make_payment_file(by=CASHIER, at=LATER)

    assert PaymentFile.objects.count() == 1


def test_files_are_for_those_who_may(paying: Pay) -> None:
    stream = paying()
    stranger = Actor(id="staff:9", branch="1")

    with pytest.raises(NotPermitted):
        make_payment_file(by=stranger, at=NOON)
    with pytest.raises(NotPermitted):
        record_acknowledgement(text=acknowledgement(), by=stranger, at=NOON)
    with pytest.raises(NotPermitted):
        list_payment_files_for(stranger)
    with pytest.raises(NotPermitted):
        list_waiting_for(stranger)

    assert states(stream) == [PaymentState.INSTRUCTED]


def test_acknowledgement_is_taken_row_by_row(paying: Pay) -> None:
    paid, returned, cheated, unclear = (paying(amount) for amount in ("1.00", "2.00", "3", "4"))
    make_payment_file(by=CASHIER, at=NOON)
    text = acknowledgement(
        (number_of(paid), "1.00", "PAID", ""),
        (number_of(returned), "2.00", "RETURNED", "户名不符"),
        (number_of(cheated), "3.01", "PAID", ""),
        (number_of(unclear), "4.00", "MAYBE", ""),
        (number_of(unclear), "4.00", "RETURNED", ""),
        (number_of(unclear), "four", "PAID", ""),
        ("Y999", "4.00", "PAID", ""),
    )

    results = record_acknowledgement(text=text, by=CASHIER, at=LATER)

    assert [(result.row, result.problem) for result in results] == [
        (2, ""),
        (3, ""),
        (4, "金额与支付指令不符。"),
        (5, "结果应为 PAID 或 RETURNED。"),
        (6, "退回须写明原因。"),
        (7, "金额与支付指令不符。"),
        (8, "没有这笔付款。"),
    ]
    assert states(paid, returned, cheated, unclear) == [
        PaymentState.PAID,
        PaymentState.RETURNED,
        PaymentState.SENT,
        PaymentState.SENT,
    ]
    assert sentence(events_of(paid)[-1]) == "已支付 1.00 元"
    assert sentence(events_of(returned)[-1]) == "付款 2.00 元被退回：户名不符"
    kept = Acknowledgement.objects.get()
    assert sentence(events_of(Stream("acknowledgement", kept.id))[-1]) == (
        "周平 导入回盘：成功 1 笔，退回 1 笔，不符 5 笔"
    )
    assert ledger_balance() == 0


def test_same_acknowledgement_again_changes_nothing(paying: Pay) -> None:
    stream = paying()
    make_payment_file(by=CASHIER, at=NOON)
    text = acknowledgement((number_of(stream), "800.00", "PAID", ""))
    first = problems(text)
    before = EventRow.objects.count(), Posting.objects.count()

    again = problems(text)

    assert first == again == [""]
    assert before == (EventRow.objects.count(), Posting.objects.count())
    assert Acknowledgement.objects.count() == 1


def test_returned_payment_does_not_become_paid(paying: Pay) -> None:
    stream = paying()
    make_payment_file(by=CASHIER, at=NOON)
    number = number_of(stream)
    problems(acknowledgement((number, "800.00", "RETURNED", "户名不符")))

    assert problems(acknowledgement((number, "800.00", "PAID", ""))) == [
        "该笔付款已经退回，不能再作支付成功。"
    ]
    assert states(stream) == [PaymentState.RETURNED]


@pytest.mark.parametrize("text", ["", "number;amount\n1;2", "number,amount,result\n"])
def test_unreadable_acknowledgement_is_refused(text: str, db: None) -> None:
    with pytest.raises(AcknowledgementUnreadable):
        record_acknowledgement(text=text, by=CASHIER, at=NOON)

    assert not Acknowledgement.objects.exists()


def test_file_of_another_branch_is_not_seen(paying: Pay) -> None:
    paying()
    make_payment_file(by=CASHIER, at=NOON)

    assert list(list_payment_files_for(replace(CASHIER, branch="1/310"))) == []
