"""管理: the outbox, the journal, incidents, and who works where."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baocheng.areas.billing.permissions import MAKE_FILE
from baocheng.areas.claims.queries import load_files
from baocheng.areas.organisation.permissions import READ_STAFF
from baocheng.areas.organisation.queries import BranchNode, branch_tree, list_staff_for
from baocheng.desk import links, lists
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.page import may_administer, render_page
from baocheng.desk.rows import administration as rows
from baocheng.desk.views.case import message_row
from baocheng.engine.journal.chain import Verified, verify
from baocheng.engine.journal.models import EventRow
from baocheng.engine.journal.permissions import READ_JOURNAL, VERIFY_JOURNAL
from baocheng.engine.journal.queries import sentence
from baocheng.engine.messaging.queries import list_messages
from baocheng.engine.processes.models import Incident
from baocheng.engine.processes.operations import retry_incident
from baocheng.engine.processes.permissions import MANAGE_INCIDENTS
from baocheng.engine.processes.queries import element_name, open_incidents
from baocheng.engine.streams import Stream
from baocheng.kernel.problems import NotPermitted
from baocheng.ui.components import Entry, Link, Notice, Tone

# Above this a verification takes longer than a browser waits; the command has no limit.
_VERIFIED_MAX = 200_000


@staff_only()
def show_rooms(request: DeskRequest) -> HttpResponse:
    """Show the rooms of administration that this person may enter."""
    if not may_administer(request.actor):
        raise NotPermitted
    page = rows.AdministrationPage(links=list(_rooms(request)))
    return render_page(
        request, "desk/administration/index.html", section="administration", page=page
    )


def _rooms(request: DeskRequest) -> Iterator[Link]:
    may = request.actor.may
    if settings.IS_DEMO:
        note = _("拨快时间，看到期的事发生")
        yield Link(label=_("演示时钟"), url=reverse("desk:clock"), icon="clock-fading", note=note)
    if settings.IS_DEMO or may(READ_JOURNAL):
        note = _("发出的消息和送达证明")
        yield Link(label=_("发件箱"), url=reverse("desk:outbox"), icon="send", note=note)
    if may(MAKE_FILE):
        note = _("制作付款文件，登记银行回执")
        yield Link(label=_("付款"), url=reverse("desk:payments"), icon="banknote", note=note)
    if may(READ_JOURNAL):
        note = _("验证记录没有被改动")
        yield Link(label=_("日志"), url=reverse("desk:journal"), icon="scroll-text", note=note)
    if may(MANAGE_INCIDENTS):
        note = _("失败的自动步骤")
        url = reverse("desk:incidents")
        yield Link(label=_("流程异常"), url=url, icon="triangle-alert", note=note)
    if may(READ_STAFF):
        note = _("机构、员工和岗位")
        yield Link(label=_("组织"), url=reverse("desk:organisation"), icon="building-2", note=note)


@staff_only()
def show_outbox(request: DeskRequest) -> HttpResponse:
    """Show what was sent, latest first, with the proof of delivery."""
    if not (settings.IS_DEMO or request.actor.may(READ_JOURNAL)):
        raise NotPermitted
    after = request.GET.get("after", "")
    found = list_messages(before=_key(after), limit=lists.PAGE + 1)
    shown = found[: lists.PAGE]
    cases = _case_links(request, [one.stream for one in shown])
    page = rows.OutboxPage(
        rows=[
            rows.OutboxRow(message=message_row(request.actor, one), case=cases.get(one.stream))
            for one in shown
        ],
        more=lists.more(request, str(shown[-1].pk) if len(found) > lists.PAGE else ""),
    )
    template = "desk/administration/outbox.html"
    return render_page(request, template, section="administration", page=page)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise lists.InvalidPlace("after") from None


def _case_links(request: DeskRequest, streams: Sequence[Stream]) -> dict[Stream, Link]:
    """Return the claims among these streams as links."""
    files = load_files([stream.id for stream in streams if stream.kind == "claim"])
    return {
        file.stream: Link(
            label=file.claim.number, url=links.claim(request.actor, file.claim.number)
        )
        for file in files.values()
        if file.claim.number
    }


@staff_only(READ_JOURNAL)
def show_journal(request: DeskRequest) -> HttpResponse:
    """Show the latest of the journal; on request recompute it whole."""
    events = EventRow.objects.order_by("-id")
    count = EventRow.objects.count()
    result, figures = None, [rows.Figure(label=_("条记录"), value=f"{count:,}")]
    if request.method == "POST":
        if not request.actor.may(VERIFY_JOURNAL):
            raise NotPermitted
        if count > _VERIFIED_MAX:
            sentence_ = _("记录较多，请在服务器上执行 baocheng journal verify，它会逐条显示进度。")
            result = Notice(title=_("请用命令验证"), message=sentence_, tone=Tone.SOON)
        else:
            verified = verify()
            figures.append(rows.Figure(label=_("条链"), value=f"{verified.streams:,}"))
            result = _verdict(verified)
    found = lists.page_of(events, request.GET.get("after", ""))
    page = rows.JournalPage(
        figures=figures,
        entries=[
            Entry(at=row.business_at, sentence=sentence(row), detail=row.type) for row in found.rows
        ],
        result=result,
        more=lists.more(request, found.after),
        may_verify=request.actor.may(VERIFY_JOURNAL),
    )
    template = "desk/administration/journal.html"
    return render_page(request, template, section="administration", page=page)


def _verdict(verified: Verified) -> Notice:
    if not verified.broken:
        sentence_ = _("{n} 条记录全部重新计算，指纹相符。").format(n=f"{verified.events:,}")
        return Notice(title=_("没有被改动"), message=sentence_, tone=Tone.ON_TIME)
    return Notice(
        title=_("发现改动"),
        message=_("以下各链从所列的记录起不再可信，请立即报告合规负责人。"),
        points=[
            _("{kind} {id} 第 {position} 条：{reason}").format(
                kind=one.stream_kind, id=one.stream_id, position=one.position, reason=one.reason
            )
            for one in verified.broken
        ],
    )


@staff_only(MANAGE_INCIDENTS)
def show_incidents(request: DeskRequest) -> HttpResponse:
    """Show the steps that failed and wait."""
    after = _key(request.GET.get("after", ""))
    found = open_incidents(limit=lists.PAGE + 1, after=after)
    shown = found[: lists.PAGE]
    cases = _case_links(request, [one.stream for one in shown])
    page = rows.IncidentsPage(
        rows=[_incident(one, cases.get(one.stream)) for one in shown],
        more=lists.more(request, str(shown[-1].pk) if len(found) > lists.PAGE else ""),
    )
    template = "desk/administration/incidents.html"
    return render_page(request, template, section="administration", page=page)


def _incident(incident: Incident, case: Link | None) -> rows.IncidentRow:
    return rows.IncidentRow(
        case=case or Link(label=incident.stream_kind, url=""),
        step=element_name(incident),
        sentence=incident.sentence,
        attempts=incident.attempts,
        failed_at=incident.failed_at,
        next_at=incident.next_retry_at,
        trace=incident.traceback,
        retry_url=reverse("desk:retry", args=[incident.id]),
    )


@require_POST
@staff_only(MANAGE_INCIDENTS)
def retry(request: DeskRequest, id: UUID) -> HttpResponse:
    """Try a failed step again."""
    retry_incident(id, by=request.actor, at=request.at)
    messages.success(request, _("已重试；若仍失败会再次出现在这里。"))
    return redirect("desk:incidents")


@staff_only(READ_STAFF)
def show_organisation(request: DeskRequest) -> HttpResponse:
    """Show the branches as a tree and the staff that this person may see."""
    staff = list_staff_for(request.actor)[:500]
    page = rows.OrganisationPage(
        branches=list(_flat(branch_tree())),
        staff=[
            rows.StaffRow(
                number=one.employee_number,
                name=one.name,
                branch=one.branch.name,
                is_active=one.is_active,
            )
            for one in staff
        ],
    )
    template = "desk/administration/organisation.html"
    return render_page(request, template, section="administration", page=page)


def _flat(nodes: Sequence[BranchNode], depth: int = 0) -> Iterator[rows.BranchRow]:
    for node in nodes:
        level = str(node.branch.get_level_display())
        yield rows.BranchRow(code=node.branch.code, name=node.branch.name, level=level, depth=depth)
        yield from _flat(node.children, depth + 1)
