"""`Dry-Run: true`: do everything, show the answer, keep nothing."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

HEADER = "Dry-Run"


class DryRunInvalid(Problem):
    """The header says neither yes nor no."""

    code = "rest.dry_run_invalid"
    message = _("Dry-Run 请求头应为 true 或 false。")
    status = 400


def rehearsed(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Return `answer()`; where the caller only rehearses, what it did is undone.

    Raises:
        DryRunInvalid: the header says neither yes nor no.
    """
    wish = request.headers.get(HEADER, "false").lower()
    if wish not in ("true", "false"):
        raise DryRunInvalid(HEADER)
    if wish == "false":
        return answer()
    with transaction.atomic():
        response = answer()
        # A refusal has nothing to undo but the count of wrong passwords, which must stand.
        transaction.set_rollback(response.status_code < 400 or response.status_code >= 500)
    response[HEADER] = "true"
    return response
