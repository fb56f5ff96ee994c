"""公司赔付王芳后，向全责的对方车主追回 1,200 元（保险法第六十条）。
周婷把追偿款登记为一件追偿，不走赔付流程，也不产生支付指令。
入账即结案；账上借银行存款，贷追偿款收入。
没有金额的追偿被拒绝，什么也不留下。
任何时限都不再走。
"""

from decimal import Decimal

import pytest

from baocheng.areas.billing.enums import Account
from baocheng.areas.billing.queries import (
    ledger_balance,
    payments_of,
    recovered_amounts,
    trial_balance,
)
from baocheng.areas.claims.enums import ClaimState, Kind, Outcome
from baocheng.areas.claims.operations.reporting import NothingRecovered
from baocheng.engine.clocks.enums import ClockState
from baocheng.engine.clocks.queries import clock_stack
from baocheng.engine.journal.chain import verify
from baocheng.kernel.problems import NotPermitted
from factories.claims import a_line, events, fresh, report
from factories.company import FRIDAY, a_policy
from factories.refusals import refused

pytestmark = pytest.mark.django_db


def test_a_recovery_is_booked_and_closed(company: None) -> None:
    policy = a_policy()

    claim = report(policy, [a_line(amount="1200.00")], kind=Kind.RECOVERY, login="zhengyi")

    closed = fresh(claim)
    assert (closed.state, closed.outcome) == (ClaimState.CLOSED, Outcome.RECOVERED)
    assert closed.paid_amount == Decimal("-1200.00")
    assert events(claim) == [
        "claim.reported",
        "claim.registered",
        "claim.documents_received",
        "recovery.recorded",
        "claim.recovery_booked",
        "claim.closed",
    ]
    assert payments_of([claim.id]) == []
    assert recovered_amounts([claim.id]) == {claim.id: Decimal("1200.00")}
    booked = {row.account: row.debit_amount - row.credit_amount for row in trial_balance()}
    assert (booked[Account.BANK], booked[Account.RECOVERIES]) == (
        Decimal("1200.00"),
        Decimal("-1200.00"),
    )
    assert ledger_balance() == 0
    stack = clock_stack(claim.stream, at=FRIDAY)
    assert {one.state for one in stack} == {ClockState.STOPPED}
    assert verify().broken == []


def test_a_recovery_of_nothing_is_refused(company: None) -> None:
    policy = a_policy()

    with refused(NothingRecovered, "lines", code="claims.nothing_recovered"):
        report(policy, [a_line(amount="0.00")], kind=Kind.RECOVERY, login="zhengyi")


def test_only_who_handles_money_books_a_recovery(company: None) -> None:
    policy = a_policy()

    with refused(NotPermitted, code="kernel.not_permitted"):
        report(policy, [a_line(amount="1200.00")], kind=Kind.RECOVERY, login="zhouting")
