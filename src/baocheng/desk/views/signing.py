"""Sign in and out, and choose the branch to act for."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baocheng.areas.organisation.queries import actor_of
from baocheng.desk import problems
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.events import StaffSignedIn
from baocheng.desk.rows.sign_in import DemoLogin, SignInPage
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Stream
from baocheng.engine.unit import unit
from baocheng.kernel.problems import Problem
from baocheng.kernel.time import now
from baocheng.ui.components import Field, Form, Section, Submit


def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or sign somebody in and record it."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect("desk:home")
        return _page(request)
    username = request.POST.get("username", "").strip()
    user = authenticate(request, username=username, password=request.POST.get("password", ""))
    if user is None:
        return _page(request, _("登录名或密码不对，请核对后再试。"), status=422)
    at = now()
    try:
        actor = actor_of(user, at=at)
    except Problem as problem:
        return _page(request, problems.said(problem), status=problem.status)
    with unit():
        stream = Stream("staff", UUID(actor.id.removeprefix("staff:")))
        record(StaffSignedIn(login=username), stream=stream, by=actor, at=at)
    login(request, user)
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure())
    return wanted if is_ours else resolve_url("desk:home")


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None
) -> HttpResponse:
    """Say that too many attempts failed (`AXES_LOCKOUT_CALLABLE`)."""
    sentence = _("连续多次登录失败，账号已暂时锁定。请十五分钟后再试，或联系管理员。")
    return _page(request, sentence, status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("desk:sign_in")


@require_POST
@staff_only()
def switch_branch(request: DeskRequest) -> HttpResponse:
    """Act for another branch from now on."""
    branch = request.POST.get("branch", "")
    actor_of(request.user, at=request.at, branch=branch)
    request.session["branch"] = branch
    return redirect("desk:home")


def _page(request: HttpRequest, problem: str = "", *, status: int = 200) -> HttpResponse:
    fields = [
        Field(
            name="username",
            label=_("登录名"),
            value=request.POST.get("username", ""),
            is_required=True,
            autocomplete="username",
        ),
        Field(
            name="password",
            label=_("密码"),
            kind="password",
            is_required=True,
            autocomplete="current-password",
        ),
    ]
    form = Form(
        id="sign-in",
        action=resolve_url("desk:sign_in"),
        sections=[Section(fields=fields)],
        submits=[Submit(label=_("登录"))],
        problems=[problem] if problem else [],
        hidden={"next": request.POST.get("next") or request.GET.get("next", "")},
    )
    page = SignInPage(form=form, company=settings.COMPANY_NAME, demo_logins=_demo_logins())
    return render(request, "desk/sign_in.html", {"page": page}, status=status)


def _demo_logins() -> list[DemoLogin]:
    if not settings.IS_DEMO:
        return []
    from baocheng.demo import company  # noqa: PLC0415  # real installations never load it

    return [
        DemoLogin(role=role, login=name, password=password)
        for role, name, password in company.logins()
    ]
