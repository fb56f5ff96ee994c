"""报案草稿: what a caller has of a report so far, kept until it is handed in."""

from typing import Any

from django.http import HttpResponse
from ninja import Router, Status
from pydantic import BaseModel, Field

from baocheng.areas.claims.permissions import REPORT
from baocheng.areas.organisation.permissions import require
from baocheng.engine.streams import Actor
from baocheng.engine.work.drafts import discard_draft, find_draft, save_draft
from baocheng.kernel.time import now
from baocheng.rest.conditions import IfMatch, etag, require_match
from baocheng.rest.schema import Given
from baocheng.rest.tokens import Bearer, Request, Scope

router = Router(auth=Bearer(Scope.CLAIMS_WRITE))

_FORM = "rest.report"


class GivenDraft(Given):
    """A report as far as it is known; it is checked when it is handed in."""

    report: dict[str, Any]


class DraftShown(BaseModel):
    """The caller's draft, null where there is none."""

    report: dict[str, Any] | None = Field(description="字段同 POST /claims。")


@router.get("", response=DraftShown, summary="我的报案草稿")
def read_draft(request: Request, response: HttpResponse) -> DraftShown:
    return _shown(_draft(request.auth.actor), response)


@router.put("", response=DraftShown, summary="保存报案草稿")
def keep_draft(
    request: Request, response: HttpResponse, given: GivenDraft, if_match: IfMatch
) -> DraftShown:
    actor = request.auth.actor
    require_match(if_match, etag(_draft(actor)))
    save_draft(given.report, form=_FORM, by=actor, at=now())
    return _shown(_draft(actor), response)


@router.delete("", response={204: None}, summary="放弃报案草稿")
def discard(request: Request) -> Status[None]:
    require(request.auth.actor, REPORT)
    discard_draft(form=_FORM, by=request.auth.actor)
    return Status(204, None)


def _draft(actor: Actor) -> dict[str, Any] | None:
    require(actor, REPORT)
    return find_draft(form=_FORM, by=actor)


def _shown(report: dict[str, Any] | None, response: HttpResponse) -> DraftShown:
    response["ETag"] = etag(report)
    return DraftShown(report=report)
