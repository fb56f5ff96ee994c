"""Put a page into its frame."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from baocheng.areas.claims import permissions as claims
from baocheng.areas.customers import permissions as customers
from baocheng.areas.organisation.queries import acting_branches, branch_names
from baocheng.areas.policies import permissions as policies
from baocheng.desk import problems
from baocheng.desk.rows.shell import Destination, Place, Shell
from baocheng.desk.wording import in_language, joined
from baocheng.engine.journal.permissions import READ_JOURNAL
from baocheng.engine.publishing.permissions import READ_HANDBOOK
from baocheng.engine.publishing.versions import NothingPublished, handbook_at
from baocheng.engine.streams import Actor
from baocheng.kernel.problems import Problem

if TYPE_CHECKING:
    from baocheng.desk.door import DeskRequest


def render_page(
    request: "DeskRequest", template: str, *, section: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of the desk; `section` is the entry of the navigation it belongs to."""
    return render(request, template, {"shell": shell(request, section), **context}, status=status)


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Render a refusal as a page of its own, also for somebody who may see nothing else."""
    actor = getattr(request, "actor", None)
    template = "desk/problem.html" if actor else "desk/problem_outside.html"
    frame = {"shell": shell(request, "")} if actor else {}  # type: ignore[arg-type]
    context = {"page": problems.page_of(problem), **frame}
    return render(request, template, context, status=problem.status)


def shell(request: "DeskRequest", section: str) -> Shell:
    """Return the frame as this person sees it."""
    actor, places = request.actor, _places(request)
    return Shell(
        name=actor.name,
        role=_roles(request),
        branch=_branch(request, places),
        places=places if len(places) > 1 else [],
        company=settings.COMPANY_NAME,
        destinations=list(_destinations(actor, section)),
        clock_at=request.at if settings.IS_DEMO else None,
        handbook_version=_version(request),
        can_report=actor.may(claims.REPORT),
    )


def _destinations(actor: Actor, section: str) -> list[Destination]:
    # The context tells these words, many things each, from the same words for one thing.
    places = (
        ("worklist", _("待办"), "inbox", "g w", True),
        ("approvals", _("审批"), "stamp", "g a", actor.may(claims.APPROVE)),
        ("claims", pgettext("navigation", "案件"), "folder-open", "g c", actor.may(claims.READ)),
        ("policies", pgettext("navigation", "保单"), "shield", "g p", actor.may(policies.READ)),
        ("customers", pgettext("navigation", "客户"), "users", "g k", actor.may(customers.READ)),
        ("handbook", _("手册"), "book-open", "g h", actor.may(READ_HANDBOOK)),
        ("administration", _("管理"), "settings-2", "g m", may_administer(actor)),
    )
    return [
        Destination(
            label=label,
            url=reverse(f"desk:{name}"),
            icon=icon,
            keys=keys,
            is_current=name == section,
        )
        for name, label, icon, keys, is_open in places
        if is_open
    ]


def may_administer(actor: Actor) -> bool:
    """Tell whether there is anything for this person under administration."""
    return settings.IS_DEMO or actor.may(READ_JOURNAL)


def _roles(request: "DeskRequest") -> str:
    try:
        book = handbook_at(request.at)
    except NothingPublished:
        return ""
    known = [book.find("role", role) for role in sorted(request.actor.roles)]
    return joined(in_language(role.name) for role in known if role)


def _version(request: "DeskRequest") -> int | None:
    try:
        return handbook_at(request.at).version
    except NothingPublished:
        return None


def _places(request: "DeskRequest") -> list[Place]:
    """Return the branches that this person may act for, asked for once in a session."""
    known: list[list[str]] | None = request.session.get("places")
    if known is None:
        branches = acting_branches(request.user, at=request.at)
        known = [[branch.path, branch.name] for branch in branches]
        request.session["places"] = known
    here = request.actor.branch
    return [Place(path=path, name=name, is_current=path == here) for path, name in known]


def _branch(request: "DeskRequest", places: Sequence[Place]) -> str:
    """Return the name of the branch acted for; one's own may hold no role of its own."""
    path = request.actor.branch
    names = {place.path: place.name for place in places}
    if path not in names:
        own: dict[str, str] = request.session.setdefault("branch_names", {})
        if path not in own:
            own.update(branch_names([path]))
            request.session.modified = True
        names.update(own)
    return names.get(path, path)
