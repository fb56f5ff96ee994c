"""我的待办: what waits for this person, the tightest clock first."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from baocheng.desk import lists, problems, wording
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.events import ListExported
from baocheng.desk.page import render_page
from baocheng.desk.rows.work import BulkLine, BulkPreview, Filter, WorklistPage, WorkRow
from baocheng.desk.wording import in_language
from baocheng.engine.clocks.queries import ClockView, clock_stacks
from baocheng.engine.journal.record import record
from baocheng.engine.publishing.versions import NothingPublished, handbook_at
from baocheng.engine.streams import Stream
from baocheng.engine.unit import unit
from baocheng.engine.work.enums import ItemState, Party, Reach
from baocheng.engine.work.items import claim_item
from baocheng.engine.work.models import WorkItem
from baocheng.engine.work.permissions import ASSIGN_ITEM
from baocheng.engine.work.worklists import Page, WorklistFilter, get_item_for, worklist
from baocheng.kernel.problems import Problem
from baocheng.kernel.time import SHANGHAI

_EXPORTED_MAX = 2000


@staff_only()
def show_worklist(request: DeskRequest) -> HttpResponse:
    """Show a page of the list; what it is narrowed to stands in the address."""
    labels = _reaches(request)
    reach = lists.chosen(request, labels)
    found = _items(request, Reach(reach), after=request.GET.get("after", ""))
    page = WorklistPage(
        tabs=lists.tabs(request, labels, reach),
        filters=_filters(request),
        rows=rows_of(found.items, request.at),
        query=None,
        more=lists.more(request, found.after),
        is_filtered=any(request.GET.get(name) for name in ("step", "due", "ball")),
        export_url=f"{reverse('desk:worklist_export')}{lists.address(request)}",
        bulk_claim_url=reverse("desk:take_several") if reach != Reach.MINE else "",
    )
    return render_page(request, "desk/worklist.html", section="worklist", page=page)


def _reaches(request: DeskRequest) -> dict[str, str]:
    reaches = [Reach.MINE_AND_POOL, Reach.MINE, Reach.POOL]
    if request.actor.may(ASSIGN_ITEM):
        reaches.append(Reach.TEAM)
    return {reach.value: str(reach.label) for reach in reaches}


def _filters(request: DeskRequest) -> Sequence[Filter]:
    dues = {"late": _("已逾期"), "today": _("今天到期"), "week": _("七天内到期")}
    balls = {party.value: str(party.label) for party in Party}
    return [
        lists.filter_of(request, "step", _("事项"), _steps(request)),
        lists.filter_of(request, "due", _("期限"), dues),
        lists.filter_of(request, "ball", _("球在谁手"), balls),
    ]


def _steps(request: DeskRequest) -> Mapping[str, str]:
    try:
        book = handbook_at(request.at)
    except NothingPublished:
        return {}
    return {
        form.id: in_language(form.title)
        for form in book.all("form")
        if form.role in request.actor.roles
    }


def _items(request: DeskRequest, reach: Reach, *, after: str, limit: int = lists.PAGE) -> Page:
    ball = request.GET.get("ball", "")
    wanted = WorklistFilter(
        reach=reach,
        element=request.GET.get("step", ""),
        ball_with=Party(ball) if ball in Party.values else None,
        due_before=_due_before(request.GET.get("due", ""), request.at),
    )
    return worklist(request.actor, wanted, after=after, limit=limit)


def _due_before(due: str, at: datetime) -> datetime | None:
    midnight = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    days = {"today": 1, "week": 8}
    if due in days:
        # A deadline of today is exclusive: it ends with the day.
        return midnight + timedelta(days=days[due], seconds=1)
    return at if due == "late" else None


def rows_of(items: Sequence[WorkItem], at: datetime) -> Sequence[WorkRow]:
    """Return tasks as lists show them, with the clock that each is measured by."""
    stacks = clock_stacks({item.stream for item in items}, at=at, is_explained=False)
    return [row_of(item, stacks[item.stream], at) for item in items]


def row_of(item: WorkItem, clocks: Sequence[ClockView], at: datetime) -> WorkRow:
    """Return one task as a row."""
    clock = wording.driving(clocks, item.element)
    summary = item.summary
    return WorkRow(
        id=str(item.id),
        url=reverse("desk:task", args=[item.id]),
        number=summary.get("number") or in_language(item.title),
        product=in_language(summary.get("product", "")),
        customer=summary.get("customer", ""),
        task=in_language(item.title),
        clock=wording.mark_of(clock) if clock else wording.deadline_mark(item.due_at, at),
        ball=wording.ball_with(clock.ball_with if clock else item.ball_with),
        amount=item.amount,
        assignee=item.assignee_name,
        claim_url=reverse("desk:task_take", args=[item.id]) if item.state == ItemState.OPEN else "",
    )


@require_POST
@staff_only()
def take_several(request: DeskRequest) -> HttpResponse:
    """Say what taking the chosen tasks would do, and once that is confirmed do it."""
    ids = [UUID(id) for id in request.POST.getlist("task")]
    if not request.POST.get("confirmed"):
        return _preview(request, ids)
    taken = 0
    for id in ids:
        try:
            claim_item(id, by=request.actor, at=request.at)
        except Problem as problem:
            messages.error(request, problems.said(problem))
        else:
            taken += 1
    if taken:
        sentence = ngettext("已领取 {n} 件。", "已领取 {n} 件。", taken).format(n=taken)
        messages.success(request, sentence)
    return redirect("desk:worklist")


def _preview(request: DeskRequest, ids: Sequence[UUID]) -> HttpResponse:
    items = [get_item_for(request.actor, id) for id in ids]
    preview = BulkPreview(
        title=_("领取任务"),
        action=reverse("desk:take_several"),
        submit=_("领取"),
        lines=[
            BulkLine(
                id=str(item.id),
                number=item.summary.get("number") or in_language(item.title),
                effect=_("“{title}”转到您名下").format(title=in_language(item.title)),
                amount=item.amount,
                problem=_("已由 {who} 领取").format(who=item.assignee_name)
                if item.assignee
                else "",
            )
            for item in items
        ],
    )
    context = {"page": preview, "title": preview.title}
    return render(request, "desk/bulk_dialog.html", context)


@staff_only()
def export(request: DeskRequest) -> HttpResponse:
    """Give the list as a file for a spreadsheet, and record who took it."""
    reach = Reach(lists.chosen(request, _reaches(request)))
    found = _items(request, reach, after="", limit=_EXPORTED_MAX)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_("期限"), _("案件"), _("客户"), _("事项"), _("金额"), _("负责人")])
    for row in rows_of(found.items, request.at):
        due = row.clock.due_at.astimezone(SHANGHAI) if row.clock.due_at else None
        writer.writerow(
            [
                f"{due:%Y-%m-%d %H:%M}" if due else "",
                *(_as_text(value) for value in (row.number, row.customer, row.task)),
                "" if row.amount is None else row.amount,
                _as_text(row.assignee),
            ]
        )
    stream = Stream("staff", UUID(request.actor.id.removeprefix("staff:")))
    exported = ListExported(name=_("待办清单"), count=len(found.items))
    with unit():
        record(exported, stream=stream, by=request.actor, at=request.at)
    # The mark at the beginning tells Excel that the text is UTF-8.
    response = HttpResponse(f"\ufeff{text.getvalue()}", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="worklist.csv"'
    return response


def _as_text(value: str) -> str:
    """Keep a spreadsheet from taking what somebody typed for a formula."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t"} else value
