"""服务手册: what is published, and its time limits."""

from typing import Annotated
from uuid import UUID

from ninja import Query, Router
from pydantic import BaseModel, Field

from baocheng.areas.organisation.permissions import require
from baocheng.engine.clocks.definition import ClockDefinition
from baocheng.engine.clocks.wording import limit_in_words
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.permissions import READ_HANDBOOK
from baocheng.engine.publishing.versions import handbook, handbook_at, latest_versions
from baocheng.kernel.time import now
from baocheng.rest.openapi import refuses
from baocheng.rest.schema import Code, Moment
from baocheng.rest.tokens import Bearer, Request, Scope

router = Router(auth=Bearer(Scope.HANDBOOK_READ))

VersionNumber = Annotated[
    int | None,
    Query(None, ge=1, le=2_147_483_647, description="手册版本；缺省为现行版本。"),
]


def handbook_for(request: Request, version: int | None) -> Handbook:
    """Return the handbook version asked for, or the one that holds now.

    Raises:
        NotPermitted: the caller may not read handbooks.
        NotFound, NothingPublished: there is none.
    """
    require(request.auth.actor, READ_HANDBOOK)
    return handbook_at(now()) if version is None else handbook(version)


class Version(BaseModel):
    """A published version."""

    id: UUID
    number: int
    effective_at: Moment
    published_at: Moment
    published_by: str
    approved_by: str
    note: str
    content_hash: str
    file_count: int = Field(description="文件数。")


class Versions(BaseModel):
    """Every version, newest first."""

    items: list[Version]


class ClockTier(BaseModel):
    """One tier of a time limit."""

    name: str
    limit: str = Field(description="时限，如“5 个工作日”。")


class ClockRule(BaseModel):
    """A time limit of the handbook."""

    key: str
    name: str
    kind: Code = Field(description="STATUTORY 法定、PROMISE 承诺、BUDGET 内部。")
    basis: str = Field(description="依据：法律条文或服务承诺。")
    text: str = Field(description="依据原文。")
    tiers: list[ClockTier]
    escalate_to: str
    breach: str = Field(description="逾期后果。")
    drives: list[str] = Field(description="以此为期限的步骤；空为全部。")
    file: str


class ClockRules(BaseModel):
    """The time limits of one version."""

    version: int | None
    items: list[ClockRule]


@router.get("/versions", response=Versions, summary="已发布的版本，新的在前")
def list_versions(request: Request) -> Versions:
    require(request.auth.actor, READ_HANDBOOK)
    return Versions(
        items=[
            Version(
                id=version.id,
                number=version.number,
                effective_at=version.effective_at,
                published_at=version.published_at,
                published_by=version.published_by,
                approved_by=version.approved_by,
                note=version.note,
                content_hash=version.content_hash,
                file_count=len(version.files),
            )
            for version in latest_versions()
        ]
    )


@router.get("/clocks", response=ClockRules, summary="时限及其依据", openapi_extra=refuses(404))
def list_clocks(request: Request, version: VersionNumber) -> ClockRules:
    book = handbook_for(request, version)
    return ClockRules(version=book.version, items=[_clock(each) for each in book.all("clock")])


def _clock(clock: ClockDefinition) -> ClockRule:
    return ClockRule(
        key=clock.key,
        name=clock.name,
        kind=clock.kind,
        basis=str(clock.basis),
        text=clock.basis.text,
        tiers=[ClockTier(name=tier.name, limit=limit_in_words(tier.limit)) for tier in clock.tiers],
        escalate_to=clock.escalate_to,
        breach=clock.breach,
        drives=sorted(clock.drives),
        file=clock.file,
    )
