"""赔案的档案: documents, clocks, events, decisions, calculation and payments of a claim."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from ninja import File, Form, Router, Status
from ninja.files import UploadedFile
from pydantic import BaseModel, Field

from baocheng.areas.billing.queries import payments_of
from baocheng.areas.claims.operations.documenting import receive_claim_documents
from baocheng.areas.claims.queries import get_claim_for, get_file
from baocheng.areas.products.enums import Reason
from baocheng.areas.products.sheet import read_formula
from baocheng.engine.clocks.queries import clock_stack
from baocheng.engine.decisions.records import decisions_of
from baocheng.engine.documents.enums import DocumentState
from baocheng.engine.documents.models import Document
from baocheng.engine.documents.queries import documents_of
from baocheng.engine.documents.receiving import FILES_MAX, Accepted, Refused, Upload
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.kernel.problems import Problems
from baocheng.kernel.time import now
from baocheng.rest.endpoints.claims import READ, WRITE, Number
from baocheng.rest.exact_json import plain
from baocheng.rest.paging import Cursor, Limit, Page, page_of, position_of
from baocheng.rest.problems import said
from baocheng.rest.schema import Amount, Code, FieldError, Moment
from baocheng.rest.tokens import Request

if TYPE_CHECKING:
    from baocheng.areas.claims.models import CalculationRecord

router = Router()


class DocumentShown(BaseModel):
    """A document of a claim."""

    id: UUID
    direction: Code = Field(description="IN 收到、OUT 发出。")
    kind: str
    title: str
    name: str
    checklist_item: str
    state: Code
    state_label: str
    reason: str = Field(description="未采用的原因。")
    media_type: str
    size: int
    sha256: str
    received_at: Moment


class Documents(BaseModel):
    """The documents of a claim, oldest first."""

    items: list[DocumentShown]


class ReceivedFile(BaseModel):
    """What became of one file of an upload: `document`, or the `problem` it was refused for."""

    name: str
    document: DocumentShown | None
    is_duplicate: bool = Field(description="本案先前已收到相同内容。")
    is_seen_elsewhere: bool = Field(description="其他案件也收到过相同内容，仅供核查。")
    problem: FieldError | None


class ReceivedFiles(BaseModel):
    """The files of an upload, in the order they were sent."""

    items: list[ReceivedFile]


class CountedStretch(BaseModel):
    """One line of the arithmetic of a clock."""

    label: str
    text: str
    is_counted: bool


class ClockShown(BaseModel):
    """A time limit as it stands."""

    id: UUID
    key: str
    name: str
    kind: Code
    basis: str
    tier: str
    limit: str
    state: Code
    state_label: str
    ball_with: Code
    ball_with_label: str
    waits_for: str
    started_at: Moment | None
    due_on: date | None = Field(description="最后一日（含）。")
    due_at: Moment | None = Field(description="自此时起逾期。")
    is_provisional: bool = Field(description="该年度放假安排尚未公布，期限为暂定。")
    remaining: str
    used_percent: int
    is_late: bool
    breached_at: Moment | None
    stopped_at: Moment | None
    arithmetic: list[CountedStretch] = Field(description="逐段的计算过程。")


class Clocks(BaseModel):
    """The clocks of a claim, tightest first."""

    items: list[ClockShown]


class EventShown(BaseModel):
    """A fact of the journal; each hash covers the one before."""

    id: UUID
    position: int
    type: str
    sentence: str
    at: Moment
    recorded_at: Moment
    actor: str
    actor_name: str
    cause: UUID | None
    previous_hash: str
    hash: str


class MadeDecision(BaseModel):
    """A decision made on the claim, and why."""

    decision: str
    label: str
    handbook_version: int
    element: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    matched_rows: list[int]
    explanation: str
    decided_at: Moment
    actor: str


class MadeDecisions(BaseModel):
    """The decisions made on a claim, in order."""

    items: list[MadeDecision]


class Reduction(BaseModel):
    """An amount taken off, and why."""

    reason: Code
    label: str
    amount: Amount
    clause: str
    sentence: str


class Part(BaseModel):
    """What one coverage did with a line."""

    coverage: str
    offered: Amount
    basis: str
    reductions: list[Reduction]
    paid: Amount
    is_final: bool


class SheetLine(BaseModel):
    """A line: `claimed` is `paid` and the sum of the reductions."""

    place: str
    head: str
    on: date
    claimed: Amount
    parts: list[Part]
    reductions: list[Reduction]
    paid: Amount


class Accumulator(BaseModel):
    """A running total before and after the claim."""

    name: str
    period: str
    before: Amount
    after: Amount


class Sheet(BaseModel):
    """A calculation sheet (理算书)."""

    sequence: int
    calculated_at: Moment
    calculated_by: str
    product: str
    fingerprint: str = Field(description="所用产品文件的 SHA-256。")
    claimed: Amount
    paid: Amount
    paid_by_coverage: dict[str, Amount]
    lines: list[SheetLine]
    accumulators: list[Accumulator]


class Sheets(BaseModel):
    """The calculation sheets of a claim, the one that counts first."""

    items: list[Sheet]


class PaymentShown(BaseModel):
    """An attempt to pay."""

    id: UUID
    number: str | None
    attempt: int
    amount: Amount
    state: Code
    state_label: str
    instructed_at: Moment
    sent_at: Moment | None
    settled_at: Moment | None
    return_reason: str


class Payments(BaseModel):
    """The payments of a claim, oldest first."""

    items: list[PaymentShown]


@router.get("/documents", auth=READ, response=Documents, summary="单证与信函")
def list_documents(request: Request, number: Number) -> Documents:
    claim = get_claim_for(request.auth.actor, number)
    return Documents(items=[_document(each) for each in documents_of(claim.stream)])


@router.post(
    "/documents",
    auth=WRITE,
    response={201: ReceivedFiles},
    summary="提交单证",
    description="每个文件单独采用或拒收；全部被拒收时答问题文档。",
)
def receive(
    request: Request,
    *,
    number: Number,
    files: Annotated[list[UploadedFile], File(description=f"一次最多 {FILES_MAX} 个。")],
    kind: Annotated[str, Form("", max_length=60, description="单证种类，如 invoice。")],
    title: Annotated[str, Form("", max_length=80)],
    checklist_item: Annotated[str, Form("", max_length=60)],
) -> Status[ReceivedFiles]:
    actor = request.auth.actor
    claim = get_claim_for(actor, number)
    uploads = [
        Upload(
            file=file,
            name=file.name or "",
            kind=kind,
            title=title,
            checklist_item=checklist_item,
        )
        for file in files
    ]
    answers = receive_claim_documents(claim_id=claim.id, uploads=uploads, by=actor, at=now())
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    if len(refused) == len(answers):
        _refuse_all(refused)
    rows = [_received(upload, answer) for upload, answer in zip(uploads, answers, strict=True)]
    return Status(201, ReceivedFiles(items=rows))


@router.get("/clocks", auth=READ, response=Clocks, summary="时限，最紧的在前")
def list_clocks(request: Request, number: Number) -> Clocks:
    claim = get_claim_for(request.auth.actor, number)
    return Clocks(
        items=[
            ClockShown(
                **{name: getattr(clock, name) for name in _CLOCK_FIELDS},
                basis=str(clock.basis),
                state_label=str(clock.state.label),
                ball_with_label=str(clock.ball_with.label),
                used_percent=clock.used,
                arithmetic=[CountedStretch(**line._asdict()) for line in clock.arithmetic],
            )
            for clock in clock_stack(claim.stream, at=now())
        ]
    )


_CLOCK_FIELDS = ClockShown.model_fields.keys() - {
    "basis",
    "state_label",
    "ball_with_label",
    "used_percent",
    "arithmetic",
}


@router.get("/events", auth=READ, response=Page[EventShown], summary="事件，先后为序")
def list_events(request: Request, number: Number, limit: Limit, cursor: Cursor) -> Page[EventShown]:
    claim = get_claim_for(request.auth.actor, number)
    behind = position_of(cursor, request)
    rows = events_of(claim.stream, after=int(behind[0]) if behind else 0, limit=limit + 1)
    return page_of(
        rows,
        limit=limit,
        position=lambda row: [row.position],
        shown=lambda row: EventShown(
            id=row.id,
            position=row.position,
            type=row.type,
            sentence=sentence(row),
            at=row.business_at,
            recorded_at=row.recorded_at,
            actor=row.actor,
            actor_name=row.actor_name,
            cause=row.cause,
            previous_hash=bytes(row.previous_hash).hex(),
            hash=bytes(row.hash).hex(),
        ),
        request=request,
    )


@router.get("/decisions", auth=READ, response=MadeDecisions, summary="已作出的决策及其理由")
def list_decisions(request: Request, number: Number) -> MadeDecisions:
    claim = get_claim_for(request.auth.actor, number)
    return MadeDecisions(
        items=[
            MadeDecision(
                decision=made.key,
                label=made.label,
                handbook_version=made.handbook_version,
                element=made.element,
                inputs=plain(made.inputs),
                outputs=plain(made.outputs),
                matched_rows=list(made.matched_rows),
                explanation=made.sentence,
                decided_at=made.decided_at,
                actor=made.actor,
            )
            for made in decisions_of(claim.stream)
        ]
    )


@router.get("/calculation", auth=READ, response=Sheets, summary="理算书，最近一次在前")
def read_calculation(request: Request, number: Number) -> Sheets:
    claim = get_claim_for(request.auth.actor, number)
    records = get_file(claim.id).calculations
    return Sheets(items=[_sheet(record) for record in reversed(records)])


@router.get("/payments", auth=READ, response=Payments, summary="支付")
def list_payments(request: Request, number: Number) -> Payments:
    claim = get_claim_for(request.auth.actor, number)
    return Payments(
        items=[
            PaymentShown(
                **{name: getattr(payment, name) for name in _PAYMENT_FIELDS},
                state_label=str(payment.state.label),
            )
            for payment in payments_of([claim.id])
        ]
    )


_PAYMENT_FIELDS = PaymentShown.model_fields.keys() - {"state_label"}


def _document(document: Document) -> DocumentShown:
    return DocumentShown(
        id=document.id,
        direction=document.direction,
        kind=document.kind,
        title=document.title,
        name=document.name,
        checklist_item=document.checklist_item,
        state=document.state,
        state_label=str(DocumentState(document.state).label),
        reason=document.reason,
        media_type=document.file.mime,
        size=document.file.size,
        sha256=document.file_id,
        received_at=document.received_at,
    )


def _received(upload: Upload, answer: Accepted | Refused) -> ReceivedFile:
    if isinstance(answer, Refused):
        problem = answer.problem
        error = FieldError(code=problem.code, detail=said(problem), fields=["files"])
        return ReceivedFile(
            name=upload.name,
            document=None,
            is_duplicate=False,
            is_seen_elsewhere=False,
            problem=error,
        )
    return ReceivedFile(
        name=upload.name,
        document=_document(answer.document),
        is_duplicate=answer.is_duplicate,
        is_seen_elsewhere=bool(answer.seen_in),
        problem=None,
    )


def _refuse_all(refused: Sequence[Refused]) -> None:
    problems = [each.problem for each in refused]
    for place, problem in enumerate(problems):
        problem.fields = (f"files.{place}",)
    raise problems[0] if len(problems) == 1 else Problems(problems)


def _sheet(record: "CalculationRecord") -> Sheet:
    sheet = record.sheet
    return Sheet(
        sequence=record.sequence,
        calculated_at=record.calculated_at,
        calculated_by=record.calculated_by,
        product=sheet["product"],
        fingerprint=sheet["fingerprint"],
        claimed=Decimal(sheet["claimed"]),
        paid=Decimal(sheet["paid"]),
        paid_by_coverage=sheet["paid_by_coverage"],
        lines=[_sheet_line(line) for line in sheet["lines"]],
        accumulators=[
            Accumulator(**{name: each[name] for name in Accumulator.model_fields})
            for each in sheet["accumulators"]
        ],
    )


def _sheet_line(line: Mapping[str, Any]) -> SheetLine:
    return SheetLine(
        place=line["line"]["key"],
        head=line["line"]["head"],
        on=line["line"]["on"],
        claimed=line["claimed"],
        parts=[
            Part(
                coverage=part["coverage"],
                offered=part["offered"],
                basis=read_formula(part["basis"]).sentence() if part["basis"] else "",
                reductions=[_reduction(each) for each in part["reductions"]],
                paid=part["paid"],
                is_final=part["is_final"],
            )
            for part in line["parts"]
        ],
        reductions=[_reduction(each) for each in line["reductions"]],
        paid=line["paid"],
    )


def _reduction(reduction: Mapping[str, Any]) -> Reduction:
    return Reduction(
        reason=reduction["reason"],
        label=str(Reason(reduction["reason"]).label),
        amount=reduction["amount"],
        clause=reduction["clause"],
        sentence=read_formula(reduction).sentence(),
    )
