"""A payee with an account, and a cashier."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from baocheng.areas.billing.operations.payments import pay
from baocheng.areas.customers.operations.accounts import add_bank_account
from baocheng.areas.customers.operations.registration import NewPerson, register_person
from baocheng.engine.streams import SYSTEM, Actor, Stream
from baocheng.engine.unit import unit
from baocheng.kernel.ids import new_id
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
LATER = datetime(2026, 3, 4, 12, 0, tzinfo=SHANGHAI)
BRANCH = "1/110/110101"
CASHIER = Actor(
    id="staff:cashier",
    name="周平",
    branch="1/110",
    permissions=frozenset(
        {
            "billing.make_payment_file",
            "billing.record_acknowledgement",
            "billing.confirm_payments",
            "customers.register_party",
            "customers.change_party",
        }
    ),
)
Pay = Callable[..., Stream]


@dataclass
class Payee:
    """Somebody with an account."""

    id: UUID
    account_id: UUID


@pytest.fixture
def payee(db: None) -> Payee:
    person = NewPerson(name="王芳", resident_id="11010519491231002X")
    party = register_person(person=person, by=CASHIER, at=NOON)
    account = add_bank_account(
        party=party, number="4111111111111111", bank="示范银行", by=CASHIER, at=NOON
    )
    return Payee(party.id, account.id)


@pytest.fixture
def paying(payee: Payee) -> Pay:
    """Owe an amount on a claim and instruct its payment."""

    def make(amount: str = "800.00", stream: Stream | None = None, **changes: Any) -> Stream:
        stream = stream or Stream("claim", new_id())
        values: dict[str, Any] = {
            "payee_id": payee.id,
            "account_id": payee.account_id,
            "amount": Decimal(amount),
            "purpose": "claim",
            "source": f"{stream.id}:1",
            "branch": BRANCH,
            "by": SYSTEM,
            "at": NOON,
        }
        with unit():
            pay(stream=stream, **{**values, **changes})
        return stream

    return make
