"""What every request to the API passes on its way in and out."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from baocheng.rest.conditions import not_modified
from baocheng.rest.idempotency import answered_once
from baocheng.rest.problems import (
    BodyTooLarge,
    LengthRequired,
    MalformedRequest,
    MethodNotAllowed,
    UnknownAddress,
    answer_to,
    problem_response,
)
from baocheng.rest.rehearsal import rehearsed

BODY_SIZE_MAX = 128 * 1024 * 1024  # bytes, all files of an upload together

View = Callable[..., HttpResponse]


def through_the_door(view: View) -> View:
    """Return `view` such that whatever happens inside it, a caller gets an answer of the API."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _check_readable(request)
            response = rehearsed(
                request,
                lambda: answered_once(request, lambda: view(request, *args, **kwargs)),
            )
        except Exception as exception:  # noqa: BLE001  # the door is where exceptions end
            response = answer_to(exception, request)
        if response.status_code == 405:
            allowed = response["Allow"]
            response = problem_response(MethodNotAllowed(allowed=allowed))
            response["Allow"] = allowed
        response = not_modified(request, response)
        # Answers hold what this caller may see, in this caller's language.
        response.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization", "Accept-Language"])
        return response

    return csrf_exempt(guarded)


@through_the_door
def unknown_address(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer any address that no endpoint has."""
    raise UnknownAddress


def _check_readable(request: HttpRequest) -> None:
    if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
        # Django would read such a body as empty.
        raise LengthRequired
    if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_SIZE_MAX:
        raise BodyTooLarge
    if "\0" in request.path:
        raise UnknownAddress
    try:
        query = unquote(request.META.get("QUERY_STRING", ""), errors="strict")
    except UnicodeDecodeError:
        raise MalformedRequest from None
    if "\0" in query:
        raise MalformedRequest
