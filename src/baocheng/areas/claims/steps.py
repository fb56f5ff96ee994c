"""Bind the tasks of the handbook's processes to what claims can do."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from baocheng.areas.claims import facts, queries
from baocheng.areas.claims.enums import ClaimState, Liability, LiabilityReason
from baocheng.areas.claims.events import ClaimRegistered, ClaimTriaged
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.claims.operations import (
    approval,
    assessment,
    closing,
    documenting,
    lines,
    payee,
    settlement,
)
from baocheng.engine.journal.record import record
from baocheng.engine.processes.registry import (
    StepCall,
    StreamKind,
    form_handler,
    register_kind,
    step,
    step_for_many,
)
from baocheng.engine.publishing import versions
from baocheng.engine.streams import Stream
from baocheng.engine.unit import current
from baocheng.engine.work.forms import Option, register_options
from baocheng.kernel.time import now

register_kind(
    StreamKind(
        kind="claim",
        load=queries.load_files,
        facts=facts.Facts,
        fact_names=facts.LABELS,
        summary=facts.summary,
    )
)


def _heads(stream: Stream | None) -> list[Option]:
    """Return the kinds of expense and damage of the claim's product, or of every product."""
    file = queries.get_file(stream.id) if stream else None
    if file and file.product:
        return [Option(value=key, label=name) for key, name in file.product.heads.items()]
    heads: dict[str, str] = {}
    for product in versions.handbook_at(now()).all("product"):
        for key, name in product.heads.items():
            heads.setdefault(key, name)
    return [Option(value=key, label=name) for key, name in heads.items()]


def _clauses(stream: Stream | None) -> list[Option]:
    """Return the clauses of the claim's product."""
    file = queries.get_file(stream.id) if stream else None
    clauses = file.product.clauses if file and file.product else {}
    return [Option(value=key, label=f"{key} {text}") for key, text in clauses.items()]


def _lines(stream: Stream | None) -> list[Option]:
    """Return the lines of the claim."""
    file = queries.get_file(stream.id) if stream else None
    heads = file.product.heads if file and file.product else {}
    return [
        Option(
            value=str(line.place),
            label=f"{line.place}. {heads.get(line.head, line.head)} {line.amount or ''}",
        )
        for line in (file.lines if file else ())
    ]


register_options("claims.heads", _heads)
register_options("claims.clauses", _clauses)
register_options("claims.lines", _lines)


def _file(work: StepCall[ClaimFile]) -> ClaimFile:
    """Return the claim to work on, on the handbook version that its process runs by."""
    work.subject.handbook_version = work.handbook_version
    return work.subject


@step("claims.register_claim")
def register_claim(work: StepCall[ClaimFile]) -> None:
    """Register the claim (立案) and work out which documents it needs."""
    file = _file(work)
    claim = file.claim
    documenting.work_out_documents(file, versions.handbook(work.handbook_version))
    claim.state = ClaimState.REGISTERED
    current().change(claim, "state")
    assert claim.number
    record(
        ClaimRegistered(
            number=claim.number,
            line=file.product.insurance_class.value if file.product else "",
            policy_number=claim.policy_number,
            cover_status=claim.cover_status,
        ),
        stream=file.stream,
        by=work.by,
        at=work.at,
    )
    documenting.ask_for_documents(file, by=work.by, at=work.at)
    if claim.received_documents or claim.documents_complete:
        documenting.record_received(file, claim.received_documents, by=work.by, at=work.at)


@step("claims.assign_claim")
def assign_claim(work: StepCall[ClaimFile]) -> None:
    """Put the claim on the track that triage chose (分流)."""
    triage = work.variables["triage"]
    work.subject.claim.track = triage["track"]
    current().change(work.subject.claim, "track")
    triaged = ClaimTriaged(track=triage["track"], reason=triage["reason"])
    record(triaged, stream=work.stream, by=work.by, at=work.at)


@step("claims.request_supplement")
def request_supplement(work: StepCall[ClaimFile]) -> None:
    documenting.request_supplement(_file(work), by=work.by, at=work.at)


@step("claims.remind_customer")
def remind_customer(work: StepCall[ClaimFile]) -> None:
    documenting.remind_customer(_file(work), by=work.by, at=work.at)


@step_for_many("claims.calculate_benefit")
def calculate_benefit(calls: Sequence[StepCall[ClaimFile]]) -> None:
    assessment.lock_totals([work.subject for work in calls])
    for work in calls:
        assessment.calculate_benefit(_file(work), by=work.by, at=work.at)


@step("claims.approve_automatically")
def approve_automatically(work: StepCall[ClaimFile]) -> None:
    approval.approve_automatically(_file(work), at=work.at)


@step("claims.issue_decision")
def issue_decision(work: StepCall[ClaimFile]) -> None:
    settlement.issue_decision(_file(work), by=work.by, at=work.at)


@step("claims.issue_refusal")
def issue_refusal(work: StepCall[ClaimFile]) -> None:
    settlement.issue_refusal(_file(work), by=work.by, at=work.at)


@step("claims.instruct_payment")
def instruct_payment(work: StepCall[ClaimFile]) -> None:
    settlement.instruct_payment(_file(work), by=work.by, at=work.at)


@step("claims.note_payment")
def note_payment(work: StepCall[ClaimFile]) -> None:
    settlement.note_payment(_file(work))


@step("claims.take_back_payment")
def take_back_payment(work: StepCall[ClaimFile]) -> None:
    settlement.take_back_payment(_file(work), by=work.by, at=work.at)


@step("claims.book_recovery")
def book_recovery(work: StepCall[ClaimFile]) -> None:
    settlement.book_recovery(_file(work), by=work.by, at=work.at)


@step("claims.close_claim")
def close_claim(work: StepCall[ClaimFile]) -> None:
    closing.close_claim(_file(work), by=work.by, at=work.at)


def _add_lines(work: StepCall[ClaimFile], answers: Mapping[str, Any]) -> None:
    """Add the lines that were filled in with a form, where any were."""
    rows = answers.get("lines") or ()
    if rows:
        lines.add_lines(
            _file(work), [lines.reported_line(row) for row in rows], by=work.by, at=work.at
        )


@form_handler("claims.review_documents")
def review_documents(work: StepCall[ClaimFile], answers: Mapping[str, Any]) -> None:
    _add_lines(work, answers)
    review = documenting.DocumentsReview(
        is_complete=answers["conclusion"] == "complete",
        missing=answers.get("missing") or (),
        remark=answers.get("remark") or "",
    )
    documenting.review_documents(_file(work), review, by=work.by, at=work.at)


@form_handler("claims.assess_liability")
def assess_liability(work: StepCall[ClaimFile], answers: Mapping[str, Any]) -> None:
    _add_lines(work, answers)
    percent, reason = answers.get("fault_ratio_percent"), answers.get("reason")
    conclusion = assessment.Assessment(
        liability=Liability(answers["liability"]),
        clause=answers.get("clause") or "",
        reason=LiabilityReason(reason) if reason else None,
        facts=answers.get("facts") or "",
        fault_ratio=None if percent is None else Decimal(percent) / 100,
        not_covered_lines=[int(place) for place in answers.get("not_covered_lines") or ()],
    )
    assessment.assess_liability(_file(work), conclusion, by=work.by, at=work.at)


@form_handler("claims.confirm_calculation")
def confirm_calculation(work: StepCall[ClaimFile], answers: Mapping[str, Any]) -> None:
    remark = answers.get("remark") or ""
    assessment.confirm_calculation(_file(work), remark, by=work.by, at=work.at)


@form_handler("claims.approve_claim")
def approve_claim(work: StepCall[ClaimFile], answers: Mapping[str, Any]) -> None:
    answer = approval.approve_claim if answers["answer"] == "approve" else approval.return_claim
    answer(_file(work), answers.get("remark") or "", by=work.by, at=work.at)


@form_handler("claims.approve_refusal")
def approve_refusal(work: StepCall[ClaimFile], answers: Mapping[str, Any]) -> None:
    answer = approval.approve_refusal if answers["answer"] == "approve" else approval.return_claim
    answer(_file(work), answers.get("remark") or "", by=work.by, at=work.at)


@form_handler("claims.correct_payee")
def correct_payee(work: StepCall[ClaimFile], answers: Mapping[str, Any]) -> None:
    payee.correct_payee(
        work.subject,
        account_number=answers["account_number"],
        bank_name=answers["bank_name"],
        by=work.by,
        at=work.at,
    )


@form_handler("claims.visit_customer")
def visit_customer(work: StepCall[ClaimFile], answers: Mapping[str, Any]) -> None:
    closing.visit_customer(
        work.subject, result=answers["result"], remark=answers["remark"], by=work.by, at=work.at
    )
