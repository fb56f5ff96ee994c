"""Versions of a resource: ETag, If-None-Match and If-Match (RFC 9110)."""

import hashlib
from typing import Annotated

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag
from ninja import Header

from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

IfMatch = Annotated[
    str | None,
    Header(
        None, alias="If-Match", description="上次读取时得到的 ETag；缺少时答 428，已过时答 412。"
    ),
]


class PreconditionRequired(Problem):
    """A change must say which version it was made on."""

    code = "rest.precondition_required"
    message = _("修改前请先读取，并在 If-Match 请求头中带上读取时得到的 ETag。")
    status = 428


class PreconditionFailed(Problem):
    """The version that the change was made on is not the present one."""

    code = "rest.precondition_failed"
    message = _("内容已被他人更新，请重新读取后再修改。")
    status = 412


def etag(*version: object) -> str:
    """Return the entity tag of a resource from what identifies its version."""
    text = "\0".join(str(part) for part in version)
    return quote_etag(hashlib.sha256(text.encode()).hexdigest()[:24])


def require_match(if_match: str | None, present: str) -> None:
    """Let a change pass that was made on the present version.

    Raises:
        PreconditionRequired: it does not say on which.
        PreconditionFailed: it was made on another; `extra["etag"]` is the present one.
    """
    if not if_match:
        raise PreconditionRequired("If-Match")
    tags = parse_etags(if_match)
    if present not in tags and "*" not in tags:
        raise PreconditionFailed("If-Match", extra={"etag": present})


def not_modified(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return 304 in place of a read whose answer the caller already has."""
    present = response.get("ETag")
    known = request.headers.get("If-None-Match")
    if request.method != "GET" or response.status_code != 200 or not present or not known:
        return response
    tags = {tag.removeprefix("W/") for tag in parse_etags(known)}
    if present.removeprefix("W/") not in tags and "*" not in tags:
        return response
    unchanged = HttpResponseNotModified()
    unchanged["ETag"] = present
    return unchanged
