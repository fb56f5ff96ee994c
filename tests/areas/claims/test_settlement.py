from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import pytest

from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.claims.operations.payee import correct_payee
from baocheng.areas.claims.operations.settlement import (
    NotApproved,
    PayeeMissing,
    instruct_payment,
    issue_decision,
    issue_refusal,
)
from baocheng.areas.claims.queries import get_file
from baocheng.engine.messaging.models import Message
from baocheng.engine.streams import Actor
from baocheng.engine.unit import unit
from baocheng.kernel.problems import NotFound
from factories.claims import APPROVED, bring_to_approval, do, report_illness
from factories.company import FRIDAY, a_card, a_medical_policy, act
from factories.refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


class Settle(Protocol):
    def __call__(self, file: ClaimFile, *, by: Actor, at: datetime) -> None: ...


@pytest.mark.parametrize("settle", [issue_decision, issue_refusal, instruct_payment])
def test_nothing_is_settled_without_an_approval(settle: Settle) -> None:
    claim = report_illness(a_medical_policy())
    bring_to_approval(claim)

    with refused(NotApproved, code="claims.not_approved"), unit():
        settle(get_file(claim.id), by=act("zhaomin"), at=FRIDAY)


@pytest.mark.parametrize(
    ("act_on", "problem", "code"),
    [
        (
            lambda file, by: instruct_payment(file, by=by, at=FRIDAY),
            PayeeMissing,
            "claims.payee_missing",
        ),
        (
            lambda file, by: correct_payee(
                file, account_number=a_card("王芳"), bank_name="示范银行", by=by, at=FRIDAY
            ),
            NotFound,
            "kernel.not_found",
        ),
    ],
)
def test_nobody_is_paid_without_being_known(
    act_on: Callable[[ClaimFile, Actor], None], problem: type[PayeeMissing], code: str
) -> None:
    claim = report_illness(a_medical_policy())
    bring_to_approval(claim)
    fields = ("payee",) if problem is NotFound else ()

    with refused(problem, *fields, code=code), unit():
        file = get_file(claim.id)
        file.claim.is_approved, file.claim.payee_id = True, None
        act_on(file, act("zhaomin"))


@pytest.mark.parametrize(
    ("contact", "channel"), [("13800000000", "sms"), ("wangfang@example.com", "email")]
)
def test_decision_is_sent_where_the_reporter_can_be_reached(contact: str, channel: str) -> None:
    claim = report_illness(a_medical_policy(), reporter_contact=contact)
    bring_to_approval(claim)

    do(claim, "approve_claim", APPROVED, "chenjing")

    message = Message.objects.get(stream_id=claim.id, template="claim_decision")
    assert (message.channel, message.recipient) == (channel, contact)
