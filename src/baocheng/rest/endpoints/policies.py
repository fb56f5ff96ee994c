"""保单: issue, and read as effective at one moment and known at another."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from ninja import Path, Query, Router, Status
from pydantic import BaseModel, Field

from baocheng.areas.customers.operations import (
    NewOrganisation,
    NewPerson,
    register_organisation,
    register_person,
)
from baocheng.areas.customers.queries import get_party_for, parties_by_ids
from baocheng.areas.policies.bitemporal import Cover, Insured
from baocheng.areas.policies.operations.issuing import NewPolicy, issue_policy
from baocheng.areas.policies.queries import (
    cover_at,
    get_policy_for,
    list_policies_for,
    transactions_of,
)
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.engine.streams import Actor
from baocheng.engine.unit import unit
from baocheng.kernel.time import now
from baocheng.rest.conditions import etag
from baocheng.rest.openapi import refuses
from baocheng.rest.paging import Cursor, Limit, Page, page_of, position_of
from baocheng.rest.problems import under
from baocheng.rest.schema import Amount, Code, Given, GivenAmount, GivenMoment, Moment
from baocheng.rest.tokens import Bearer, Request, Scope

if TYPE_CHECKING:
    from baocheng.areas.customers.models import Party
    from baocheng.areas.policies.models import Policy, PolicyTransaction

router = Router()
_READ, _WRITE = Bearer(Scope.POLICIES_READ), Bearer(Scope.POLICIES_WRITE)

Number = Annotated[str, Path(max_length=32, description="保单号。")]
Identity = Annotated[str, Field(max_length=40)]


class GivenParty(Given):
    """A customer: on record (`party_id`), or to be registered.

    The same document is the same customer: registering again gives the one on record.
    """

    party_id: UUID | None = None
    name: str = Field("", max_length=120)
    resident_id: Identity = Field("", description="居民身份证号码。")
    passport: Identity = ""
    uscc: Identity = Field("", description="统一社会信用代码；填写时按单位登记。")
    phone: str = Field("", max_length=40)


class GivenInsured(Given):
    """Who or what is insured; without a party it is the holder."""

    party: GivenParty | None = None
    has_social_insurance: bool = Field(default=False, description="有基本医疗保险。")
    plate: str = Field("", max_length=20, description="号牌号码。")


class GivenCoverage(Given):
    """A coverage with the amounts that the policy chooses."""

    coverage: str = Field(max_length=80, description="产品中保险责任的编号。")
    amounts: dict[str, GivenAmount] = Field(default_factory=dict)


class Issue(Given):
    """A policy to issue."""

    product: str = Field(max_length=80, examples=["personal_accident"])
    holder: GivenParty = Field(description="投保人。")
    starts_at: GivenMoment = Field(description="保险起期（含）。")
    ends_at: GivenMoment = Field(description="保险止期（不含）。")
    insureds: list[GivenInsured] = Field(min_length=1, max_length=200)
    covers: list[GivenCoverage] = Field(min_length=1, max_length=50)
    premium_amount: GivenAmount
    insured_since: GivenMoment | None = Field(None, description="续保时，连续承保的起点。")
    source: str | None = Field(
        None, min_length=1, max_length=120, description="来源记录；同一来源只承保一次。"
    )


class PartyRef(BaseModel):
    """A customer as the API shows one: masked."""

    id: UUID
    name: str


class InsuredShown(BaseModel):
    """Who or what is insured."""

    party: PartyRef
    has_social_insurance: bool
    plate: str


class CoverageShown(BaseModel):
    """A coverage and its amounts."""

    coverage: str
    amounts: dict[str, Amount]


class CoverShown(BaseModel):
    """What is covered at `effective`, as known at `known`."""

    transaction_id: UUID
    starts_at: Moment
    ends_at: Moment
    insured_since: Moment
    premium_amount: Amount
    insureds: list[InsuredShown]
    covers: list[CoverageShown]


class Transaction(BaseModel):
    """One transaction of a policy."""

    sequence: int
    kind: Code
    label: str
    endorsement: str = Field(description="批单号。")
    starts_at: Moment
    ends_at: Moment
    recorded_at: Moment
    reason: str


class PolicyLine(BaseModel):
    """A policy in a list."""

    id: UUID
    number: str
    product: str
    handbook_version: int
    branch: str
    holder: PartyRef
    currency: str
    starts_at: Moment
    ends_at: Moment


class PolicyShown(PolicyLine):
    """A policy, with the cover at one moment as known at another; null where nothing is."""

    effective: Moment
    known: Moment
    cover: CoverShown | None
    transactions: list[Transaction] = Field(description="截至 known 已知的交易，先后为序。")


@router.post(
    "", auth=_WRITE, response={201: PolicyShown}, summary="承保", openapi_extra=refuses(404)
)
def issue(request: Request, given: Issue, response: HttpResponse) -> Status[PolicyShown]:
    by, at = request.auth.actor, now()
    with unit():
        policy = issue_policy(policy=_new_policy(given, by), by=by, at=at)
    response["Location"] = reverse("api:read_policy", args=[policy.number])
    return Status(201, _shown(policy, max(at, policy.starts_at), at, response))


@router.get("", auth=_READ, response=Page[PolicyLine], summary="保单目录，新的在前")
def list_policies(
    request: Request,
    limit: Limit,
    cursor: Cursor,
    product: Annotated[str | None, Query(None, max_length=80)],
    holder_id: Annotated[UUID | None, Query(None)],
) -> Page[PolicyLine]:
    rows = list_policies_for(request.auth.actor)
    if product is not None:
        rows = rows.filter(product=product)
    if holder_id is not None:
        rows = rows.filter(holder_id=holder_id)
    behind = position_of(cursor, request)
    if behind:
        rows = rows.filter(id__lt=UUID(behind[0]))
    found = list(rows[: limit + 1])
    names = _names(policy.holder_id for policy in found)
    return page_of(
        found,
        limit=limit,
        position=lambda policy: [str(policy.id)],
        shown=lambda policy: PolicyLine(**_line(policy, names)),
        request=request,
    )


@router.get(
    "/{number}", auth=_READ, response=PolicyShown, summary="一份保单", url_name="read_policy"
)
def read(
    request: Request,
    response: HttpResponse,
    number: Number,
    effective: Annotated[
        GivenMoment | None, Query(None, description="要看哪一时刻的保障；缺省为现在。")
    ],
    known: Annotated[
        GivenMoment | None, Query(None, description="按哪一时刻已知的情况；缺省为现在。")
    ],
) -> PolicyShown:
    policy = get_policy_for(request.auth.actor, number)
    at = now()
    return _shown(policy, effective or at, known or at, response)


def _new_policy(given: Issue, by: Actor) -> NewPolicy:
    with under("holder"):
        holder = _party(given.holder, by)
    insureds = []
    for place, each in enumerate(given.insureds):
        with under(f"insureds.{place}.party"):
            party = _party(each.party, by) if each.party else holder
        insureds.append(
            Insured(
                party_id=party.id,
                name=party.name,
                has_social_insurance=each.has_social_insurance,
                plate=each.plate,
            )
        )
    return NewPolicy(
        product=given.product,
        holder_id=holder.id,
        holder_name=holder.name,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        insureds=insureds,
        covers=[
            CoverageTerms(coverage=each.coverage, amounts=each.amounts) for each in given.covers
        ],
        premium_amount=given.premium_amount,
        insured_since=given.insured_since,
        source=given.source,
    )


def _party(given: GivenParty, by: Actor) -> "Party":
    at = now()
    if given.party_id is not None:
        return get_party_for(by, given.party_id)
    if given.uscc:
        new = NewOrganisation(name=given.name, uscc=given.uscc, phone=given.phone)
        return register_organisation(organisation=new, by=by, at=at)
    person = NewPerson(
        name=given.name,
        resident_id=given.resident_id,
        passport=given.passport,
        phone=given.phone,
    )
    return register_person(person=person, by=by, at=at)


def _names(ids: Iterable[UUID]) -> dict[UUID, str]:
    return {id: party.masked_name for id, party in parties_by_ids(set(ids)).items()}


def _line(policy: "Policy", names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "id": policy.id,
        "number": policy.number,
        "product": policy.product,
        "handbook_version": policy.handbook_version,
        "branch": policy.branch,
        "holder": _ref(policy.holder_id, names),
        "currency": policy.currency,
        "starts_at": policy.starts_at,
        "ends_at": policy.ends_at,
    }


def _shown(policy: "Policy", effective: Any, known: Any, response: HttpResponse) -> PolicyShown:
    cover = cover_at(policy.id, effective=effective, known=known)
    transactions = [each for each in transactions_of(policy.id) if each.recorded_at <= known]
    insureds = [insured.party_id for insured in cover.insureds] if cover else []
    names = _names([policy.holder_id, *insureds])
    response["ETag"] = etag(
        policy.id,
        len(transactions),
        cover and (cover.transaction_id, cover.ends_at),
        sorted(names.items()),
    )
    return PolicyShown(
        **_line(policy, names),
        effective=effective,
        known=known,
        cover=_cover(cover, names) if cover else None,
        transactions=[_transaction(each) for each in transactions],
    )


def _cover(cover: Cover, names: Mapping[UUID, str]) -> CoverShown:
    return CoverShown(
        transaction_id=cover.transaction_id,
        starts_at=cover.starts_at,
        ends_at=cover.ends_at,
        insured_since=cover.insured_since,
        premium_amount=cover.terms.premium_amount,
        insureds=[
            InsuredShown(
                party=_ref(insured.party_id, names),
                has_social_insurance=insured.has_social_insurance,
                plate=insured.plate,
            )
            for insured in cover.insureds
        ],
        covers=[
            CoverageShown(
                coverage=terms.coverage,
                amounts={name: Decimal(amount) for name, amount in terms.amounts.items()},
            )
            for terms in cover.covers
        ],
    )


def _transaction(each: "PolicyTransaction") -> Transaction:
    return Transaction(
        sequence=each.sequence,
        kind=each.kind,
        label=each.get_kind_display(),
        endorsement=each.endorsement,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        recorded_at=each.recorded_at,
        reason=each.reason,
    )


def _ref(id: UUID, names: Mapping[UUID, str]) -> PartyRef:
    return PartyRef(id=id, name=names.get(id, ""))
