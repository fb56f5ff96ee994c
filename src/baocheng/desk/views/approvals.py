"""审批: what waits for a second pair of eyes, and approving alike cases together."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from baocheng.areas.claims import permissions
from baocheng.desk import lists, problems
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.page import render_page
from baocheng.desk.rows.work import ApprovalRow, ApprovalsPage, BulkLine, BulkPreview
from baocheng.desk.views.worklist import row_of
from baocheng.desk.wording import COLON, in_language, joined
from baocheng.engine.clocks.queries import ClockView, clock_stacks
from baocheng.engine.processes.operations import complete_task
from baocheng.engine.publishing.versions import handbook
from baocheng.engine.work.authority import AuthorityLimit, find_limit
from baocheng.engine.work.enums import Reach
from baocheng.engine.work.forms import Form
from baocheng.engine.work.models import WorkItem
from baocheng.engine.work.worklists import WorklistFilter, get_item_for, worklist
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problem
from baocheng.ui.components import Badge, Tone

_READ_AT_ONCE = 200
_BATCH_MAX = 20


@staff_only(permissions.APPROVE)
def show_approvals(request: DeskRequest) -> HttpResponse:
    """Show what this person may approve, the tightest clock first."""
    labels = {"all": _("待我审批")}
    found = worklist(
        request.actor,
        WorklistFilter(reach=Reach.MINE_AND_POOL),
        after=request.GET.get("after", ""),
        limit=_READ_AT_ONCE,
    )
    checks = [(item, form) for item in found.items if (form := _checking_form(item)) is not None]
    stacks = clock_stacks(
        {item.stream for item, _form in checks}, at=request.at, is_explained=False
    )
    limits = _limits(request, [form for _item, form in checks])
    page = ApprovalsPage(
        tabs=lists.tabs(request, labels, "all", counts={"all": len(checks)}),
        rows=[_row(request, item, form, stacks[item.stream], limits) for item, form in checks],
        more=lists.more(request, found.after),
        preview_url=reverse("desk:approve_several"),
    )
    return render_page(request, "desk/approvals.html", section="approvals", page=page)


def _checking_form(item: WorkItem) -> Form | None:
    """Return the form of a task that checks what somebody else made."""
    if not item.form or item.handbook_version is None:
        return None
    form: Form | None = handbook(item.handbook_version).find("form", item.form)
    return form if form is not None and form.four_eyes_with else None


def _limits(request: DeskRequest, forms: Sequence[Form]) -> dict[str, AuthorityLimit | None]:
    kinds = {form.authority.kind for form in forms if form.authority}
    return {kind: find_limit(request.actor, kind, request.at) for kind in kinds}


def _row(
    request: DeskRequest,
    item: WorkItem,
    form: Form,
    clocks: Sequence[ClockView],
    limits: dict[str, AuthorityLimit | None],
) -> ApprovalRow:
    shown = row_of(item, clocks, request.at)
    limit = limits.get(form.authority.kind) if form.authority else None
    is_alike = form.authority is not None and _can_be_approved(form)
    return ApprovalRow(
        id=shown.id,
        url=shown.url,
        number=shown.number,
        product=shown.product,
        customer=shown.customer,
        kind=Badge(
            label=in_language(form.title), tone=Tone.ON_TIME if form.authority else Tone.SOON
        ),
        amount=shown.amount,
        limit=limit.per_stream if limit else None,
        assignee=shown.assignee,
        clock=shown.clock,
        batch=form.id if is_alike else "",
        alone="" if is_alike else _("须逐件审阅"),
    )


def _can_be_approved(form: Form) -> bool:
    """Tell whether the form asks for nothing but an answer and a remark."""
    answer = form.find("answer")
    required = [field for field in form.fields if field.is_required]
    return answer is not None and "approve" in answer.values and required == [answer]


@require_POST
@staff_only(permissions.APPROVE)
def approve_several(request: DeskRequest) -> HttpResponse:
    """Say what approving the chosen cases would do, and once that is confirmed do it."""
    ids = [UUID(id) for id in request.POST.getlist("task")][:_BATCH_MAX]
    items = [get_item_for(request.actor, id) for id in ids]
    if not request.POST.get("confirmed"):
        return _preview(request, items)
    remark = request.POST.get("reason", "")
    done = 0
    for item in items:
        problem = _approve(request, item, remark)
        if problem is None:
            done += 1
        else:
            messages.error(request, joined((_number(item), problems.said(problem)), COLON))
    if done:
        sentence = ngettext("已批准 {n} 件。", "已批准 {n} 件。", done).format(n=done)
        messages.success(request, sentence)
    return redirect("desk:approvals")


def _approve(request: DeskRequest, item: WorkItem, remark: str) -> Problem | None:
    """Approve one case in a transaction of its own; return why it was refused."""
    answers = {"answer": "approve", "remark": remark}
    try:
        complete_task(item.id, answers, by=request.actor, at=request.at, revision=item.revision)
    except Problem as problem:
        return problem
    return None


def _preview(request: DeskRequest, items: Sequence[WorkItem]) -> HttpResponse:
    """Approve everything and take it all back: nothing tells better what will happen."""
    lines = []
    with transaction.atomic():
        for item in items:
            problem = _approve(request, item, "")
            lines.append(
                BulkLine(
                    id=str(item.id),
                    number=_number(item),
                    effect=_("“{title}”通过").format(title=in_language(item.title)),
                    amount=item.amount,
                    problem=problems.said(problem) if problem else "",
                )
            )
        transaction.set_rollback(True)  # Django's own signature
    feasible = [line for line in lines if not line.problem]
    preview = BulkPreview(
        title=_("批量审批预览"),
        action=reverse("desk:approve_several"),
        submit=ngettext("批准 {n} 件", "批准 {n} 件", len(feasible)).format(n=len(feasible)),
        lines=lines,
        total=sum((line.amount or ZERO for line in feasible), ZERO),
        reason_label=_("审批意见"),
    )
    context = {"page": preview, "title": preview.title}
    return render(request, "desk/bulk_dialog.html", context)


def _number(item: WorkItem) -> str:
    return item.summary.get("number") or in_language(item.title)
