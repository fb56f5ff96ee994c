"""赔案: report a loss, read a claim and everything that happened to it."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from ninja import Path, Query, Router, Status
from pydantic import BaseModel, Field

from baocheng.areas.claims.enums import Channel, ClaimState, Kind
from baocheng.areas.claims.operations.lines import ReportedLine
from baocheng.areas.claims.operations.reporting import LossReport, report_claim
from baocheng.areas.claims.queries import get_claim_for, get_file, list_claims_for
from baocheng.areas.products.enums import Payer
from baocheng.engine.streams import Actor
from baocheng.kernel.masks import mask_name, mask_phone
from baocheng.kernel.money import ZERO
from baocheng.kernel.time import now
from baocheng.rest.conditions import etag
from baocheng.rest.paging import Cursor, Limit, Page, page_of, position_of
from baocheng.rest.schema import (
    Amount,
    Code,
    Given,
    GivenAmount,
    GivenDate,
    GivenMoment,
    Moment,
)
from baocheng.rest.tokens import Bearer, Request, Scope

if TYPE_CHECKING:
    from baocheng.areas.claims.models import Claim, ClaimLine

router = Router()
READ, WRITE = Bearer(Scope.CLAIMS_READ), Bearer(Scope.CLAIMS_WRITE)

Number = Annotated[str, Path(max_length=32, description="赔案号。")]

# What happened by these is an accident to the insured, whatever else the report says.
_ACCIDENTAL = frozenset({"accident", "traffic"})


class GivenLine(Given):
    """An expense, damage or benefit; a benefit has no amount of its own."""

    head: str = Field(max_length=40, description="产品中的费用或损失项目，如 inpatient。")
    incurred_on: GivenDate
    amount: GivenAmount | None = None
    description: str = Field("", max_length=200)
    days: int = Field(0, ge=0, le=3660)
    items: int = Field(1, ge=1, le=1000)
    hospital_level: str = Field("", max_length=40)
    social_insurance_used: bool = Field(default=False, description="已使用社会医疗保险。")
    other_paid: dict[Payer, GivenAmount] = Field(default_factory=dict, max_length=len(Payer))
    ineligible_amount: GivenAmount = ZERO
    invoice: str = Field("", max_length=40, description="票据号；同一票据不能重复索赔。")


class Report(Given):
    """A loss report: a policy or a person, when it happened, and who reports it suffice."""

    loss_at: GivenMoment = Field(description="出险时间。")
    reporter_name: str = Field(max_length=80)
    policy_number: str = Field("", max_length=32)
    insured_name: str = Field("", max_length=80)
    insured_id: UUID | None = None
    reporter_contact: str = Field("", max_length=40)
    channel: Channel = Channel.API
    kind: Kind = Kind.CLAIM
    cause: str = Field("", max_length=40, examples=["illness", "accident", "traffic", "other"])
    loss_place: str = Field("", max_length=200)
    description: str = Field("", max_length=20_000)
    by_accident: bool | None = Field(None, description="缺省时由出险原因得出。")
    fault_ratio_percent: int | None = Field(None, ge=0, le=100)
    disability_grades: list[Annotated[int, Field(ge=1, le=10)]] = Field(
        default_factory=list, max_length=20
    )
    lines: list[GivenLine] = Field(default_factory=list, max_length=500)
    documents: list[Annotated[str, Field(max_length=60)]] = Field(
        default_factory=list, max_length=50, description="已随报案收到的单证种类。"
    )
    payee_id: UUID | None = None
    source: str | None = Field(
        None, min_length=1, max_length=120, description="来源记录；同一来源只受理一次。"
    )


class ClaimRow(BaseModel):
    """A claim in a list."""

    id: UUID
    number: str
    kind: Code
    state: Code
    state_label: str
    branch: str
    policy_number: str
    product: str
    cover_status: Code = Field(description="IN_QUESTION：出险时点不在保险期间内，仍予受理。")
    insured: str = Field(description="被保险人，已脱敏。")
    loss_at: Moment
    reported_at: Moment
    claimed_amount: Amount
    payable_amount: Amount
    paid_amount: Amount
    outcome: Code


class Line(BaseModel):
    """One line of what is claimed."""

    place: int
    head: str
    description: str
    incurred_on: date
    amount: Amount | None
    days: int
    items: int
    hospital_level: str
    social_insurance_used: bool
    other_paid: dict[str, str]
    ineligible_amount: Amount
    invoice: str | None
    is_excluded: bool = Field(description="已认定不属于保险责任，不参与理算。")


class ClaimShown(ClaimRow):
    """A claim. Names and contacts are masked."""

    channel: Code
    product_name: str
    handbook_version: int | None
    insured_id: UUID | None
    loss_place: str
    cause: str
    description: str
    by_accident: bool
    disability_grades: list[int]
    reporter: str
    reporter_contact: str
    known_at: Moment = Field(description="保障按此刻已知的情况认定。")
    required_documents: list[str]
    received_documents: list[str]
    documents_complete: bool
    supplement_requested_at: Moment | None
    supplement_items: list[str]
    liability: Code
    liability_reason: Code
    liability_clause: str
    settled_amount: Amount
    decided_at: Moment | None
    closed_at: Moment | None
    reopened_count: int
    lines: list[Line]


@router.post("", auth=WRITE, response={201: ClaimShown}, summary="报案")
def report(request: Request, given: Report, response: HttpResponse) -> Status[ClaimShown]:
    actor = request.auth.actor
    claim = report_claim(report=_loss_report(given), by=actor, at=now())
    assert claim.number
    response["Location"] = reverse("api:read_claim", args=[claim.number])
    return Status(201, _shown(actor, claim, response))


@router.get("", auth=READ, response=Page[ClaimRow], summary="赔案目录，新的在前")
def list_claims(
    request: Request,
    *,
    limit: Limit,
    cursor: Cursor,
    state: Annotated[ClaimState | None, Query(None)],
    kind: Annotated[Kind | None, Query(None)],
    policy_number: Annotated[str | None, Query(None, max_length=32)],
) -> Page[ClaimRow]:
    wanted = {"state": state, "kind": kind, "policy_number": policy_number}
    rows = list_claims_for(request.auth.actor).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    behind = position_of(cursor, request)
    if behind:
        rows = rows.filter(id__lt=UUID(behind[0]))
    return page_of(
        list(rows[: limit + 1]),
        limit=limit,
        position=lambda claim: [str(claim.id)],
        shown=lambda claim: ClaimRow(**_row(claim)),
        request=request,
    )


@router.get("/{number}", auth=READ, response=ClaimShown, summary="一件赔案", url_name="read_claim")
def read(request: Request, response: HttpResponse, number: Number) -> ClaimShown:
    actor = request.auth.actor
    return _shown(actor, get_claim_for(actor, number), response)


def _loss_report(given: Report) -> LossReport:
    by_accident = given.cause in _ACCIDENTAL if given.by_accident is None else given.by_accident
    percent = given.fault_ratio_percent
    return LossReport(
        **given.model_dump(exclude={"by_accident", "fault_ratio_percent", "lines"}),
        by_accident=by_accident,
        fault_ratio=None if percent is None else (ZERO + percent) / 100,
        lines=[ReportedLine(**line.model_dump()) for line in given.lines],
    )


def _shown(actor: Actor, claim: "Claim", response: HttpResponse) -> ClaimShown:
    file = get_file(claim.id)
    claim = file.claim
    excluded = [line.place for line in file.lines if line.is_excluded]
    response["ETag"] = etag(claim.id, claim.revision, excluded)
    return ClaimShown(
        **_row(claim),
        channel=claim.channel,
        product_name=claim.product_name,
        handbook_version=claim.handbook_version,
        insured_id=claim.insured_id,
        loss_place=claim.loss_place,
        cause=claim.cause,
        description=claim.description,
        by_accident=claim.by_accident,
        disability_grades=claim.disability_grades,
        reporter=mask_name(claim.reporter_name),
        reporter_contact=mask_phone(claim.reporter_contact),
        known_at=claim.known_at,
        required_documents=claim.required_documents,
        received_documents=claim.received_documents,
        documents_complete=claim.documents_complete,
        supplement_requested_at=claim.supplement_requested_at,
        supplement_items=claim.supplement_items,
        liability=claim.liability,
        liability_reason=claim.liability_reason,
        liability_clause=claim.liability_clause,
        settled_amount=claim.settled_amount,
        decided_at=claim.decided_at,
        closed_at=claim.closed_at,
        reopened_count=claim.reopened_count,
        lines=_lines(file.lines),
    )


def _row(claim: "Claim") -> dict[str, Any]:
    return {
        "id": claim.id,
        "number": claim.number,
        "kind": claim.kind,
        "state": claim.state,
        "state_label": str(ClaimState(claim.state).label),
        "branch": claim.branch,
        "policy_number": claim.policy_number,
        "product": claim.product,
        "cover_status": claim.cover_status,
        "insured": mask_name(claim.insured_name),
        "loss_at": claim.loss_at,
        "reported_at": claim.reported_at,
        "claimed_amount": claim.claimed_amount,
        "payable_amount": claim.payable_amount,
        "paid_amount": claim.paid_amount,
        "outcome": claim.outcome,
    }


def _lines(lines: "Iterable[ClaimLine]") -> list[Line]:
    names = list(Line.model_fields)
    return [Line(**{name: getattr(line, name) for name in names}) for line in lines]
