"""Work on one task: take it, keep what was typed, hand it in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baocheng.areas.claims.queries import get_file
from baocheng.desk import problems
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.forms import read_answers
from baocheng.desk.views import case
from baocheng.desk.wording import in_language
from baocheng.engine.processes.operations import complete_task
from baocheng.engine.publishing.versions import handbook
from baocheng.engine.work.drafts import save_draft
from baocheng.engine.work.forms import Form
from baocheng.engine.work.items import claim_item, release_item
from baocheng.engine.work.models import WorkItem
from baocheng.engine.work.worklists import get_item_for
from baocheng.kernel.problems import NotFound, Problem


@staff_only()
def open_task(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Go to the case that a task belongs to."""
    item = get_item_for(request.actor, item_id)
    return redirect(_case_url(item))


def _case_url(item: WorkItem) -> str:
    number = item.summary.get("number") or get_file(item.stream_id).claim.number
    return reverse("desk:case", args=[number])


def _form(item: WorkItem) -> Form:
    if not item.form or item.handbook_version is None:
        raise NotFound("form")
    form: Form = handbook(item.handbook_version).get("form", item.form)
    return form


@staff_only()
def complete(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Hand a form in; what is refused comes back beside its fields, with everything kept."""
    item = get_item_for(request.actor, item_id)
    if request.method != "POST":
        # Somebody reloads the page that a refused form came back as.
        return redirect(_case_url(item))
    answers = read_answers(_form(item), request.POST)
    if request.POST.get("save"):
        save_draft(answers, form=item.form, item_id=item.id, by=request.actor, at=request.at)
        messages.success(request, _("草稿已保存。"))
        return redirect(_case_url(item))
    revision = request.POST.get("revision", "")
    try:
        complete_task(
            item.id,
            answers,
            by=request.actor,
            at=request.at,
            revision=int(revision) if revision.isdecimal() else None,
        )
    except Problem as problem:
        save_draft(answers, form=item.form, item_id=item.id, by=request.actor, at=request.at)
        if problem.status in (403, 404):
            raise
        number = get_file(item.stream_id).claim.number or ""
        return case.show_refused_task(request, number, case.Refusal(item.id, answers, problem))
    messages.success(request, _("“{title}”已提交。").format(title=in_language(item.title)))
    return redirect(_case_url(item))


@require_POST
@staff_only()
def keep_draft(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Keep what was typed so far."""
    item = get_item_for(request.actor, item_id)
    answers = read_answers(_form(item), request.POST)
    save_draft(answers, form=item.form, item_id=item.id, by=request.actor, at=request.at)
    return HttpResponse(status=204)


@require_POST
@staff_only()
def take(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Take a task out of its pool and go to its case."""
    item = get_item_for(request.actor, item_id)
    try:
        claim_item(item.id, by=request.actor, at=request.at)
    except Problem as problem:
        messages.error(request, problems.said(problem))
    return redirect(_case_url(item))


@require_POST
@staff_only()
def release(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Hand a task back to its pool."""
    item = get_item_for(request.actor, item_id)
    release_item(item.id, by=request.actor, at=request.at)
    messages.success(request, _("“{title}”已退回公共队列。").format(title=in_language(item.title)))
    return redirect("desk:worklist")
