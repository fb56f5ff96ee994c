"""The way into every page: who is signed in, what they act as, and what a refusal looks like."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from baocheng.areas.organisation.queries import NoRoleAtBranch, actor_of
from baocheng.desk import problems
from baocheng.desk.page import problem_page
from baocheng.engine.streams import Actor
from baocheng.engine.unit import unit
from baocheng.kernel.problems import NotPermitted, Problem
from baocheng.kernel.time import now

Arguments = ParamSpec("Arguments")


class DeskRequest(HttpRequest):
    """A request of a member of staff."""

    user: User
    htmx: HtmxDetails
    actor: Actor
    at: datetime


View = Callable[Concatenate[DeskRequest, Arguments], HttpResponse]


def staff_only(
    permission: str = "",
) -> Callable[[View[Arguments]], Callable[Concatenate[HttpRequest, Arguments], HttpResponse]]:
    """Let only staff in, and of those, where it is named, only who hold `permission`.

    The view finds `actor` and `at` on its request. What it refuses becomes a page, or, where only
    a part of the page was asked for, a sentence that the script shows.
    """

    def decorate(
        view: View[Arguments],
    ) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]:
        @wraps(view)
        def guarded(
            request: DeskRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            # Reading is one unit, so that what was read once is not read again.
            reading = unit() if request.method in ("GET", "HEAD") else nullcontext()
            try:
                with reading:
                    request.at = now()
                    request.actor = _actor(request)
                    if permission and not request.actor.may(permission):
                        raise NotPermitted
                    return view(request, *args, **kwargs)
            except Problem as problem:
                return _refused(request, problem)

        return guarded  # type: ignore[return-value]  # the middlewares have made it a DeskRequest

    return decorate


def _actor(request: DeskRequest) -> Actor:
    branch = request.session.get("branch")
    try:
        return actor_of(request.user, at=request.at, branch=branch)
    except NoRoleAtBranch:
        # The role ended since: back to the branch of one's own.
        del request.session["branch"]
        return actor_of(request.user, at=request.at)


def _to_sign_in(request: DeskRequest) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url("desk:sign_in"))
    return redirect_to_login(request.get_full_path())


def _refused(request: DeskRequest, problem: Problem) -> HttpResponse:
    response = problem_page(request, problem)
    if request.htmx:
        response["X-Problem"] = problems.header(problem)
    return response
