"""Every refusal as RFC 9457 `application/problem+json`."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext
from ninja.errors import AuthenticationError, HttpError, ValidationError

from baocheng.engine.journal.events import to_json
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotFound, Problem, Problems
from baocheng.kernel.text import _
from baocheng.rest.tokens import Unauthenticated
from baocheng.rest.wording import sentence_of

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:baocheng:problem:"

TITLES = {
    400: _("请求无法识别"),
    401: _("身份未确认"),
    403: _("没有权限"),
    404: _("没有找到"),
    405: _("不支持此方法"),
    409: _("与现状冲突"),
    411: _("缺少内容长度"),
    412: _("内容已被更新"),
    413: _("内容过大"),
    415: _("格式不受支持"),
    422: _("内容有误"),
    428: _("缺少版本条件"),
    429: _("请稍后再试"),
    500: _("系统故障"),
}

logger = logging.getLogger(__name__)


class MalformedRequest(Problem):
    """The request cannot be read at all."""

    code = "rest.malformed_request"
    message = _("请求的内容无法读取。")
    status = 400


class InvalidRequest(Problem):
    """The request was read, but its fields are not what the endpoint asks for."""

    code = "rest.invalid_request"
    message = _("填写的内容有误，请逐项修改。")
    no_body = _("请求缺少内容，或内容不是对象。")


class UnknownAddress(NotFound):
    """No endpoint has this address."""

    code = "rest.unknown_address"
    message = _("接口中没有这个地址，请对照 openapi.json。")


class MethodNotAllowed(Problem):
    """The address exists, but not for this method."""

    code = "rest.method_not_allowed"
    message = _("此地址只支持 {allowed}。")
    status = 405


class LengthRequired(Problem):
    """The body is sent in chunks, whose length nobody knows beforehand."""

    code = "rest.length_required"
    message = _("请在 Content-Length 请求头中给出内容的长度，不要分块传输。")
    status = 411


class BodyTooLarge(Problem):
    """The body is larger than any endpoint takes."""

    code = "rest.body_too_large"
    message = _("请求的内容过大。")
    status = 413


class Unexpected(Problem):
    """Our mistake; the log has the whole story under the reference."""

    code = "rest.unexpected"
    message = _("系统发生故障，未作任何更改。请稍后重试，或将编号 {reference} 告知管理员。")
    status = 500


# What Django and ninja raise, most particular first.
_FOREIGN: dict[type[Exception] | tuple[type[Exception], ...], type[Problem]] = {
    AuthenticationError: Unauthenticated,
    RequestDataTooBig: BodyTooLarge,
    Http404: UnknownAddress,
    (HttpError, SuspiciousOperation, MultiPartParserError, UnreadablePostError): MalformedRequest,
}


def answer_to(exception: Exception, request: HttpRequest) -> HttpResponse:
    """Return the problem document for whatever went wrong."""
    if isinstance(exception, ValidationError):
        return _invalid(exception.errors)
    problem = _as_problem(exception)
    if problem is None:
        reference = str(new_id())
        logger.error(
            "%s %s failed, reference %s",
            request.method,
            request.path,
            reference,
            exc_info=exception,
        )
        problem = Unexpected(reference=reference, extra={"reference": reference})
    return problem_response(problem)


def _as_problem(exception: BaseException) -> Problem | None:
    if isinstance(exception, HttpError) and isinstance(exception.__cause__, Problem):
        return exception.__cause__  # what the parser found, which ninja wraps
    if isinstance(exception, Problem):
        return exception
    for kinds, problem in _FOREIGN.items():
        if isinstance(exception, kinds):
            return problem()
    return None


def problem_response(problem: Problem) -> HttpResponse:
    """Return the problem document for `problem`, its sentence in the reader's language."""
    parts = problem.problems if isinstance(problem, Problems) else []
    response = _document(
        code=problem.code,
        status=problem.status,
        detail=said(problem),
        fields=problem.fields,
        errors=[_error(part.code, said(part), part.fields) for part in parts],
        extra=problem.extra,
    )
    if problem.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="baocheng"'
    return response


@contextmanager
def under(place: str) -> Iterator[None]:
    """Let what the block refuses name its fields below `place`."""
    try:
        yield
    except Problem as problem:
        for each in (problem, *(problem.problems if isinstance(problem, Problems) else ())):
            each.fields = tuple(f"{place}.{field}" for field in each.fields)
        raise


def said(problem: Problem) -> str:
    """Return the sentence of `problem` in the language that is active."""
    template = gettext(str(problem.template))
    return template.format(**problem.params) if problem.params else template


def _invalid(errors: Iterable[Mapping[str, Any]]) -> HttpResponse:
    found = []
    for error in errors:
        source, *place = error["loc"]
        if source == "path":
            # An identifier of another shape is an identifier that does not exist.
            return problem_response(NotFound())
        # ninja puts the name of the endpoint's own parameter before the fields of a body.
        names = place[1:] if source in ("body", "form") else place
        context = error.get("ctx", {})
        problem = context.get("problem")  # put there by a field of `schema`
        code = problem.code if problem else InvalidRequest.code
        detail = said(problem) if problem else sentence_of(error["type"], context)
        if not names:
            detail = gettext(InvalidRequest.no_body)
        found.append(_error(code, detail, [".".join(str(name) for name in names)]))
    only = found[0] if len(found) == 1 else None
    return _document(
        code=only["code"] if only else InvalidRequest.code,
        status=422,
        detail=only["detail"] if only else gettext(InvalidRequest.message),
        fields=[field for error in found for field in error["fields"] if field],
        errors=found,
        extra={},
    )


def _error(code: str, detail: str, fields: Iterable[str]) -> dict[str, Any]:
    return {"code": code, "detail": detail, "fields": [field for field in fields if field]}


def _document(
    *,
    code: str,
    status: int,
    detail: str,
    fields: Iterable[str],
    errors: list[dict[str, Any]],
    extra: Mapping[str, Any],
) -> HttpResponse:
    body = {
        "type": TYPE_PREFIX + code,
        "title": gettext(TITLES.get(status, TITLES[500 if status >= 500 else 400])),
        "status": status,
        "detail": detail,
        "code": code,
        "fields": list(fields),
        "errors": errors,
        "extra": to_json(extra),
    }
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type=MEDIA_TYPE
    )
