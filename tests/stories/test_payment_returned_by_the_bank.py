"""李伟的小额车险赔案自动核赔，当日发出支付指令。
银行退票：账号不存在。任务回到理赔员，十日赔付时限还在走。
赵敏与客户核实；输错一位的卡号被拒绝，什么也没有改变。
更正账户后，同一笔应付款发出第二次支付指令，不会多付一分。
银行付款成功，结案；账上只确认了一次应付。
"""

from datetime import date
from decimal import Decimal

import pytest

from baocheng.areas.billing.models import Payable, PaymentInstruction
from baocheng.areas.billing.operations.files import record_acknowledgement
from baocheng.areas.billing.queries import ledger_balance, payments_of
from baocheng.areas.claims.enums import ClaimState
from baocheng.engine.clocks.enums import ClockState
from baocheng.engine.clocks.queries import clock_stack
from baocheng.engine.journal.chain import verify
from baocheng.kernel.identifiers.bank_card import BankCardCheckDigit
from factories.claims import (
    clock,
    do,
    events,
    fresh,
    hear_from_bank,
    on,
    open_tasks,
    pay_everything,
    report,
    send_to_bank,
    visit_if_due,
)
from factories.company import FRIDAY, a_card, a_policy, act
from factories.refusals import refused

pytestmark = pytest.mark.django_db


def corrected(card: str) -> dict[str, str]:
    return {"account_number": card, "bank_name": "示范银行", "remark": "已与客户电话核实。"}


def test_a_returned_payment_is_paid_to_the_corrected_account(company: None) -> None:
    claim = report(a_policy(name="李伟"))
    # The tenth day, 10-06, lies in the holiday: the last day is the first one of work.
    assert clock(claim, "claim_payment", FRIDAY).due_on == date(2025, 10, 9)

    pay_everything(on(9, 28), "RETURNED", "账号不存在")

    assert fresh(claim).state == ClaimState.PAYING
    assert open_tasks(claim) == ["correct_payee"]
    assert clock(claim, "claim_payment", on(9, 28)).state == ClockState.RUNNING
    right = a_card("新卡")
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    with refused(BankCardCheckDigit, "account_number", code="kernel.bank_card.check_digit"):
        do(claim, "correct_payee", corrected(wrong), at=on(9, 29))

    do(claim, "correct_payee", corrected(right), at=on(9, 29))
    assert right in send_to_bank(on(9, 30))
    hear_from_bank(on(9, 30, 16))
    visit_if_due(claim, on(10, 9))

    closed = fresh(claim)
    assert (closed.state, closed.paid_amount) == (ClaimState.CLOSED, Decimal("1500.00"))
    assert [(one.attempt, one.state, one.amount) for one in payments_of([claim.id])] == [
        (1, "RETURNED", Decimal("1500.00")),
        (2, "PAID", Decimal("1500.00")),
    ]
    assert [event for event in events(claim) if event.startswith("payment.")] == [
        "payment.instructed",
        "payment.sent",
        "payment.returned",
        "payment.instructed",
        "payment.sent",
        "payment.paid",
    ]
    assert clock(claim, "claim_payment", on(10, 1)).stopped_at == on(9, 30, 16)
    assert Payable.objects.get(stream_id=claim.id).amount == Decimal("1500.00")
    assert ledger_balance() == 0
    assert verify().broken == []


def test_a_payment_returned_after_closing_is_paid_again(company: None) -> None:
    claim = report(a_policy(name="李伟"))
    send_to_bank(on(9, 28))
    hear_from_bank(on(9, 28, 16))
    visit_if_due(claim, on(9, 29))
    assert fresh(claim).state == ClaimState.CLOSED

    (paid,) = PaymentInstruction.objects.filter(state="PAID")
    text = f"number,amount,result,reason\n{paid.number},1500.00,RETURNED,账户已注销\n"
    record_acknowledgement(text=text, by=act("zhengyi"), at=on(10, 9))

    opened = fresh(claim)
    assert (opened.state, opened.paid_amount) == (ClaimState.PAYING, Decimal("0.00"))
    stack = clock_stack(claim.stream, at=on(10, 9))
    # Ten days from 10-09 end on a Sunday.
    running = [(one.key, one.due_on) for one in stack if one.state == ClockState.RUNNING]
    assert running == [("claim_payment", date(2025, 10, 20))]
    assert open_tasks(claim) == ["correct_payee"]

    do(claim, "correct_payee", corrected(a_card("新卡")), at=on(10, 10))
    send_to_bank(on(10, 10, 15))
    hear_from_bank(on(10, 10, 16))

    closed = fresh(claim)
    assert (closed.state, closed.paid_amount) == (ClaimState.CLOSED, Decimal("1500.00"))
    assert [(one.attempt, one.state) for one in payments_of([claim.id])] == [
        (1, "RETURNED"),
        (2, "PAID"),
    ]
    assert Payable.objects.count() == 1
    assert ledger_balance() == 0
    assert verify(claim.id).broken == []
