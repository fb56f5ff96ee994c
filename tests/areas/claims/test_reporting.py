from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from baocheng.areas.claims.enums import Channel, ClaimState, CoverStatus
from baocheng.areas.claims.models import Claim, ClaimLine
from baocheng.areas.claims.operations.lines import (
    InvoiceAlreadyClaimed,
    InvoiceRepeated,
    InvoiceTooLong,
    LineAfterToday,
    UnknownHead,
)
from baocheng.areas.claims.operations.reporting import (
    AlreadyImported,
    LossInFuture,
    LossReport,
    PolicyOrPersonMissing,
    ReporterMissing,
    UnknownParty,
    UnknownPolicy,
    report_claim,
    report_claims,
)
from baocheng.engine.publishing.versions import handbook_at
from baocheng.engine.work.answers import validate
from baocheng.kernel.identifiers import business_number
from baocheng.kernel.identifiers.business_number import (
    BusinessNumberCheckDigit,
    BusinessNumberFormat,
)
from baocheng.kernel.ids import new_id
from baocheng.kernel.money import InvalidAmount
from baocheng.kernel.problems import NotPermitted, Problem, Problems
from factories.claims import a_bill, a_line, a_report, fresh, report, report_illness
from factories.company import FRIDAY, a_medical_policy, a_policy, act
from factories.refusals import contents, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

DAY = timedelta(days=1)


def test_report_needs_only_a_person_a_moment_and_a_reporter() -> None:
    given = LossReport(insured_name="徐静", loss_at=FRIDAY - DAY, reporter_name="徐静")

    claim = fresh(report_claim(report=given, by=act("zhouting"), at=FRIDAY))

    assert (claim.state, claim.cover_status) == (ClaimState.REGISTERED, CoverStatus.UNVERIFIED)
    assert (claim.branch, claim.claimed_amount) == ("1/31", Decimal(0))
    assert claim.number is not None
    assert business_number.parse(claim.number).kind == "C"


def test_report_finds_the_policy_however_its_number_is_typed() -> None:
    policy = a_policy()
    typed = f" {policy.number[:4].lower()} {policy.number[4:]} "

    claim = report_claim(
        report=replace(a_report(policy), policy_number=typed), by=act("zhouting"), at=FRIDAY
    )

    assert (claim.policy_number, claim.cover_status) == (policy.number, CoverStatus.IN_FORCE)


def test_report_by_an_agent_goes_to_the_branch_of_the_policy() -> None:
    claim = report_claim(report=a_report(a_policy()), by=act("liqiang"), at=FRIDAY)

    assert claim.branch == "1/31"


@pytest.mark.parametrize(
    ("changes", "problem", "fields", "code"),
    [
        ({"loss_at": FRIDAY + DAY}, LossInFuture, ("loss_at",), "claims.loss_in_future"),
        ({"reporter_name": " "}, ReporterMissing, ("reporter_name",), "claims.reporter_missing"),
        (
            {"policy_number": ""},
            PolicyOrPersonMissing,
            ("policy_number", "insured_name"),
            "claims.policy_or_person_missing",
        ),
        (
            {"policy_number": business_number.make("P", "31", 2025, 99_999_999)},
            UnknownPolicy,
            ("policy_number",),
            "claims.unknown_policy",
        ),
        (
            {"policy_number": "P3120250000001200"},
            BusinessNumberCheckDigit,
            ("policy_number",),
            "kernel.business_number.check_digit",
        ),
        (
            {"policy_number": "12345"},
            BusinessNumberFormat,
            ("policy_number",),
            "kernel.business_number.format",
        ),
        ({"payee_id": new_id()}, UnknownParty, ("payee_id",), "claims.unknown_party"),
        ({"insured_id": new_id()}, UnknownParty, ("insured_id",), "claims.unknown_party"),
        (
            {"lines": [a_line(), a_line(on=(FRIDAY + DAY).date())]},
            LineAfterToday,
            ("lines.1.incurred_on",),
            "claims.line_in_future",
        ),
        (
            {"lines": [a_line("surgery")]},
            UnknownHead,
            ("lines.0.head",),
            "claims.unknown_head",
        ),
        (
            {"lines": [a_line(amount="1.005")]},
            InvalidAmount,
            ("lines.0.amount",),
            "kernel.invalid_amount",
        ),
        (
            {"lines": [a_line(amount="-1.00")]},
            InvalidAmount,
            ("lines.0.amount",),
            "kernel.invalid_amount",
        ),
        (
            {"lines": [a_bill("third_party_medical", "9.00", by_social_insurance="-3.00")]},
            InvalidAmount,
            ("lines.0.other_paid.social_insurance",),
            "kernel.invalid_amount",
        ),
        (
            {"lines": [a_line(invoice="00123"), a_line(invoice=" 001-23 ")]},
            InvoiceRepeated,
            ("lines.1.invoice",),
            "claims.invoice_repeated",
        ),
        (
            # Each of these signs is eighteen letters long when it is written out.
            {"lines": [a_line(invoice="\ufdfa" * 3)]},
            InvoiceTooLong,
            ("lines.0.invoice",),
            "claims.invoice_too_long",
        ),
    ],
)
def test_report_is_refused_and_leaves_nothing(
    changes: Mapping[str, Any], problem: type[Problem], fields: tuple[str, ...], code: str
) -> None:
    wrong = replace(a_report(a_policy()), **changes)

    with refused(problem, *fields, code=code):
        report_claim(report=wrong, by=act("zhouting"), at=FRIDAY)


def test_report_says_everything_that_is_wrong_at_once() -> None:
    wrong = LossReport(loss_at=FRIDAY + DAY, reporter_name="", lines=[a_line(amount="-1.00")])

    with refused(
        Problems,
        *("loss_at", "reporter_name", "policy_number", "insured_name", "lines.0.amount"),
        code="kernel.problems",
    ):
        report_claim(report=wrong, by=act("zhouting"), at=FRIDAY)


def test_report_is_refused_without_the_permission() -> None:
    policy = a_policy()

    with refused(NotPermitted, code="kernel.not_permitted"):
        report_claim(report=a_report(policy), by=act("zhengyi"), at=FRIDAY)


@pytest.mark.parametrize("amount", ["1.005", "-0.01", "1e400", "一百", "NaN"])
def test_form_refuses_amounts_that_are_none(amount: str) -> None:
    form = handbook_at(FRIDAY).get("form", "report_loss")
    line = {"head": "surgery", "incurred_on": "2025-09-24", "amount": amount}
    answers = {"insured_name": "王芳", "loss_at": "2025-09-24 10:00", "reporter_name": "王芳"}

    with refused(Problems, "lines.0.amount", code="kernel.problems"):
        validate(form, {**answers, "lines": [line]}, at=FRIDAY)


def test_invoice_is_claimed_once_whatever_its_spelling() -> None:
    first, second = a_medical_policy(), a_medical_policy()
    report_illness(first, lines=[a_bill("surgery", "900.00", invoice="沪 001\uff12-3a")])

    with refused(InvoiceAlreadyClaimed, "lines.0.invoice", code="claims.invoice_already_claimed"):
        report_illness(second, lines=[a_bill("medicine", "70.00", invoice="沪00123A")])


def test_invoice_is_held_by_the_database() -> None:
    claim = report(a_policy(), [a_line(invoice="00123")])
    copy = ClaimLine(
        claim_id=claim.id, place=2, head="x", incurred_on=FRIDAY.date(), invoice="00123"
    )

    with pytest.raises(IntegrityError, match="claims_line_invoice"), transaction.atomic():
        copy.save(force_insert=True)


def test_many_reports_are_taken_or_refused_each_for_itself() -> None:
    policy = a_policy()
    reports = [
        a_report(policy, [a_line(invoice="A1")]),
        a_report(policy, [a_line(invoice="a1")]),
        a_report(policy, loss_at=FRIDAY + DAY),
        a_report(policy, [a_line(invoice="A2")]),
    ]

    first, second, third, fourth = report_claims(reports=reports, by=act("zhouting"), at=FRIDAY)

    assert isinstance(second, InvoiceAlreadyClaimed)
    assert isinstance(third, LossInFuture)
    taken = Claim.objects.order_by("id").values_list("id", flat=True)
    assert [one.id for one in (first, fourth) if isinstance(one, Claim)] == list(taken)


def test_source_is_imported_once() -> None:
    given = replace(a_report(a_policy()), source="pg17:1", channel=Channel.BATCH)
    report_claim(report=given, by=act("zhouting"), at=FRIDAY)

    with refused(AlreadyImported, code="claims.already_imported"):
        report_claim(report=given, by=act("zhouting"), at=FRIDAY)


def test_report_outside_the_term_is_kept_in_question() -> None:
    before = contents()["claims_claim"]

    claim = report(a_policy(), loss_at=FRIDAY.replace(year=2024))

    assert contents()["claims_claim"] != before
    assert fresh(claim).cover_status == CoverStatus.IN_QUESTION
    assert fresh(claim).track == "complex"
