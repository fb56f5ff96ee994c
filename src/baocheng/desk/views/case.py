"""The page of one claim (赔案): its frame, and one tab at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from baocheng.areas.billing.enums import PaymentState
from baocheng.areas.billing.queries import Payment, payments_of
from baocheng.areas.claims import permissions
from baocheng.areas.claims.enums import ClaimState, CoverStatus
from baocheng.areas.claims.facts import Facts
from baocheng.areas.claims.operations.closing import reopen_claim
from baocheng.areas.claims.operations.documenting import DOCUMENT_NAMES, receive_claim_documents
from baocheng.areas.claims.operations.reporting import match_policy
from baocheng.areas.claims.queries import get_claim_for, get_file
from baocheng.areas.customers.queries import accounts_of_parties, parties_by_ids
from baocheng.areas.policies.queries import changes_after, cover_at
from baocheng.desk import covers, diagrams, dialogs, links, problems, sheets, wording
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.forms import sections_of
from baocheng.desk.page import render_page
from baocheng.desk.rows import case as rows
from baocheng.desk.wording import in_language
from baocheng.engine.clocks.queries import ClockView, clock_stack
from baocheng.engine.decisions.records import MadeDecision, decisions_of
from baocheng.engine.documents.enums import Direction, DocumentState
from baocheng.engine.documents.models import Document
from baocheng.engine.documents.queries import content_of, documents_of, get_document
from baocheng.engine.documents.receiving import Accepted, Upload
from baocheng.engine.journal.chain import verify
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.messaging.enums import CHANNELS, MessageState
from baocheng.engine.messaging.models import Message
from baocheng.engine.messaging.queries import messages_of
from baocheng.engine.publishing.versions import handbook
from baocheng.engine.streams import Actor
from baocheng.engine.work.drafts import find_draft
from baocheng.engine.work.enums import ItemState, Party
from baocheng.engine.work.items import is_in_reach
from baocheng.engine.work.models import WorkItem
from baocheng.engine.work.worklists import open_items_of
from baocheng.kernel.masks import mask_name, mask_phone
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import NotFound, Problem
from baocheng.ui.components import (
    Badge,
    Choice,
    Entry,
    Field,
    File,
    Form,
    Link,
    Notice,
    Pair,
    Section,
    Submit,
    Tab,
    Tone,
)

if TYPE_CHECKING:
    from baocheng.areas.claims.models import Claim
    from baocheng.areas.claims.models.file import ClaimFile

_STATE_TONES = {
    ClaimState.SUPPLEMENTING: Tone.PAUSED,
    ClaimState.CLOSED: Tone.DONE,
    ClaimState.PAID: Tone.DONE,
    ClaimState.REFUSED: Tone.DONE,
    ClaimState.REOPENED: Tone.SOON,
    ClaimState.DRAFT: Tone.PLAIN,
}
_DOCUMENT_TONES = {
    DocumentState.RECEIVED: Tone.ON_TIME,
    DocumentState.ACCEPTED: Tone.DONE,
    DocumentState.REJECTED: Tone.LATE,
}
_MESSAGE_TONES = {
    MessageState.PENDING: Tone.PLAIN,
    MessageState.SENT: Tone.ON_TIME,
    MessageState.DELIVERED: Tone.DONE,
    MessageState.FAILED: Tone.LATE,
}
_PAYMENT_TONES = {
    PaymentState.INSTRUCTED: Tone.PLAIN,
    PaymentState.SENT: Tone.ON_TIME,
    PaymentState.PAID: Tone.DONE,
    PaymentState.RETURNED: Tone.LATE,
}


def state_of(claim: "Claim") -> Badge:
    """Return where a claim stands."""
    state = ClaimState(claim.state)
    return Badge(label=str(state.label), tone=_STATE_TONES.get(state, Tone.ON_TIME))


@staff_only(permissions.READ)
def show_tasks(request: DeskRequest, number: str) -> HttpResponse:
    """当前任务: what waits, with its form where it is this person's."""
    claim = get_claim_for(request.actor, number)
    return _show_tasks(request, claim)


class Refusal(NamedTuple):
    """A form that was handed in and refused."""

    item_id: UUID
    answers: Mapping[str, Any]
    problem: Problem


def show_refused_task(request: DeskRequest, number: str, refusal: Refusal) -> HttpResponse:
    """Show the case again after a form was refused, with what was typed and what is wrong."""
    return _show_tasks(request, get_claim_for(request.actor, number), refusal)


def _show_tasks(
    request: DeskRequest, claim: "Claim", refusal: Refusal | None = None
) -> HttpResponse:
    items = open_items_of([claim.stream])[claim.stream]
    mine = {item.id for item in items if item.assignee == request.actor.id}
    made = decisions_of(claim.stream) if mine else ()
    file = get_file(claim.id) if mine else None
    clocks = clock_stack(claim.stream, at=request.at)
    tasks = []
    for item in items:
        form = None
        if file is not None and item.id in mine:
            is_refused = refusal is not None and refusal.item_id == item.id
            form = _task_form(request, item, file, made, refusal if is_refused else None)
        tasks.append(_task(request, item, form, clocks))
    content = rows.TasksTab(tasks=tasks, waiting=_waiting(claim))
    if refusal is None:
        return _show(request, claim, "tasks", content, clocks=clocks)
    # Somebody else has the task now, or it is done: then no form is left to show it beside.
    is_shown = refusal.item_id in mine
    notice = None if is_shown else Notice(message=problems.said(refusal.problem))
    status = refusal.problem.status
    return _show(request, claim, "tasks", content, status=status, notice=notice, clocks=clocks)


def _task(
    request: DeskRequest, item: WorkItem, form: Form | None, clocks: Sequence[ClockView]
) -> rows.OpenTask:
    clock = wording.driving(clocks, item.element)
    may_take = item.state == ItemState.OPEN and is_in_reach(item, request.actor)
    role = (
        handbook(item.handbook_version).find("role", item.role) if item.handbook_version else None
    )
    return rows.OpenTask(
        name=in_language(item.title),
        candidates=in_language(role.name) if role else item.role,
        assignee=item.assignee_name,
        clock=wording.mark_of(clock) if clock else wording.deadline_mark(item.due_at, request.at),
        form=form,
        claim_url=reverse("desk:task_take", args=[item.id]) if may_take else "",
        release_url=reverse("desk:task_release", args=[item.id]) if form else "",
    )


def _task_form(
    request: DeskRequest,
    item: WorkItem,
    file: "ClaimFile",
    made: Sequence[MadeDecision],
    refusal: Refusal | None,
) -> Form | None:
    if not item.form or item.handbook_version is None:
        return None
    definition = handbook(item.handbook_version).get("form", item.form)
    problem = refusal.problem if refusal else None
    answers: Mapping[str, Any] | None = (
        refusal.answers
        if refusal
        else find_draft(form=item.form, by=request.actor, item_id=item.id)
    )
    is_draft = answers is not None
    if answers is None:
        known = Facts(file)
        answers = {one.name: known.get(one.prefill) for one in definition.fields if one.prefill}
    sections = sections_of(
        definition,
        answers,
        problems=problems.by_field(problem) if problem else None,
        stream=item.stream,
        suggestions=_suggestions(file.claim, made),
    )
    return Form(
        id=f"task-{item.id}",
        action=reverse("desk:task_complete", args=[item.id]),
        sections=sections,
        submits=[
            Submit(label=_("保存草稿"), name="save", value="1", kind="plain"),
            Submit(label=_("提交")),
        ],
        problems=problems.sentences(problem) if problem else [],
        hidden={"revision": str(item.revision)},
        draft_url=reverse("desk:task_draft", args=[item.id]),
        is_draft=is_draft,
    )


def _suggestions(claim: "Claim", made: Sequence[MadeDecision]) -> Mapping[str, tuple[str, str]]:
    """Return what screening says beside the question that it screened for."""
    screened = [one for one in made if one.key == "liability_screening"]
    if not screened:
        return {}
    sentence_ = _("决策表“{name}”：{sentence}").format(
        name=in_language(screened[-1].label), sentence=screened[-1].sentence
    )
    return {"liability": (sentence_, reverse("desk:case_decisions", args=[claim.number]))}


def _waiting(claim: "Claim") -> str:
    if claim.state == ClaimState.SUPPLEMENTING:
        return _("正在等客户补充资料；资料到达后继续办理。")
    if claim.state == ClaimState.CLOSED:
        return _("本案已结案。")
    return ""


@staff_only(permissions.READ)
def show_documents(request: DeskRequest, number: str) -> HttpResponse:
    """单证: what is asked for, what came in, the letters that went out."""
    claim = get_claim_for(request.actor, number)
    return _show_documents(request, claim)


def _show_documents(
    request: DeskRequest, claim: "Claim", refused: Sequence[str] = ()
) -> HttpResponse:
    documents = documents_of(claim.stream)
    received = [one for one in documents if one.direction == Direction.IN]
    letters = [one for one in documents if one.direction == Direction.OUT]
    kinds = [*claim.required_documents, *(one.kind for one in received), *claim.supplement_items]
    wanted = list(dict.fromkeys(kinds))
    content = rows.DocumentsTab(
        rows=[_document_row(claim, kind, received) for kind in wanted],
        letters=[_file(one) for one in letters],
        upload=_upload_form(claim, refused) if claim.state != ClaimState.CLOSED else None,
        summary=_documents_summary(claim),
    )
    return _show(request, claim, "documents", content, status=422 if refused else 200)


def _document_row(claim: "Claim", kind: str, received: Sequence[Document]) -> rows.DocumentRow:
    found = [one for one in received if one.kind == kind]
    if found:
        state = DocumentState(found[-1].state)
        badge = Badge(label=str(state.label), tone=_DOCUMENT_TONES[state])
    elif kind in claim.received_documents:
        badge = Badge(label=_("报案时已交"), tone=Tone.ON_TIME)
    elif kind in claim.supplement_items:
        badge = Badge(label=_("等客户补充"), tone=Tone.PAUSED)
    else:
        badge = Badge(label=_("未收到"), tone=Tone.PLAIN)
    return rows.DocumentRow(
        name=_document_name(kind),
        state=badge,
        files=[_file(one) for one in found],
        note=found[-1].reason if found else "",
        received_at=found[-1].received_at if found else None,
    )


def _document_name(kind: str) -> str:
    return _(DOCUMENT_NAMES[kind]) if kind in DOCUMENT_NAMES else kind or _("其他资料")


def _file(document: Document) -> File:
    return File(
        name=document.name,
        url=reverse("desk:document", args=[document.id]),
        size=_size(document.file.size),
    )


def _size(count: int) -> str:
    kilobytes = count / 1024
    return f"{kilobytes:.0f} KB" if kilobytes < 1000 else f"{kilobytes / 1024:.1f} MB"


def _documents_summary(claim: "Claim") -> str:
    if claim.supplement_requested_at is not None:
        on = claim.supplement_requested_at.date().isoformat()
        return _("{on} 已一次性通知补充").format(on=on)
    return _("资料齐全") if claim.documents_complete else ""


def _upload_form(claim: "Claim", refused: Sequence[str]) -> Form:
    kinds = [Choice(value=kind, label=_(name)) for kind, name in DOCUMENT_NAMES.items()]
    fields = [
        Field(name="kind", label=_("单证种类"), kind="choice", choices=kinds, is_required=True),
        Field(name="files", label=_("文件"), kind="file", is_required=True),
    ]
    return Form(
        id="upload",
        action=reverse("desk:case_files", args=[claim.number]),
        sections=[Section(fields=fields)],
        submits=[Submit(label=_("添加"))],
        problems=refused,
        is_upload=True,
    )


@staff_only(permissions.READ)
def receive_files(request: DeskRequest, number: str) -> HttpResponse:
    """Take files for the claim; each is accepted or refused on its own."""
    if request.method != "POST":
        return redirect("desk:case_documents", number)
    claim = get_claim_for(request.actor, number)
    kind = request.POST.get("kind", "")
    uploads = [
        Upload(
            file=file,
            name=file.name or "",
            kind=kind if kind in DOCUMENT_NAMES else "",
            title=_document_name(kind),
        )
        for file in request.FILES.getlist("files")
    ]
    if not uploads:
        return _show_documents(request, claim, [_("请选择要添加的文件。")])
    answers = receive_claim_documents(
        claim_id=claim.id, uploads=uploads, by=request.actor, at=request.at
    )
    refused = [
        wording.joined((one.name, problems.said(one.problem)), wording.COLON)
        for one in answers
        if not isinstance(one, Accepted)
    ]
    if refused:
        return _show_documents(request, get_claim_for(request.actor, number), refused)
    messages.success(request, _("已收到 {n} 个文件。").format(n=len(answers)))
    return redirect("desk:case_documents", number)


@staff_only(permissions.READ)
def show_sheet(request: DeskRequest, number: str) -> HttpResponse:
    """理算书: the latest calculation, line by line."""
    claim = get_claim_for(request.actor, number)
    file = get_file(claim.id)
    return _show(request, claim, "sheet", sheets.tab_of(file))


@staff_only(permissions.READ)
def show_decisions(request: DeskRequest, number: str) -> HttpResponse:
    """决策: every decision made on the claim, as a sentence with its row."""
    claim = get_claim_for(request.actor, number)
    made = [_decision(one) for one in reversed(decisions_of(claim.stream))]
    return _show(request, claim, "decisions", rows.DecisionsTab(rows=made))


def _decision(made: MadeDecision) -> rows.DecisionRow:
    address = reverse("desk:definition", args=["decision", made.key])
    row = f"#row-{made.matched_rows[0]}" if made.matched_rows else ""
    labels = {one.name: in_language(one.label) for one in made.table.inputs} if made.table else {}
    heads = {one.name: in_language(one.label) for one in made.table.outputs} if made.table else {}
    numbers = wording.joined(map(str, made.matched_rows))
    return rows.DecisionRow(
        name=in_language(made.label),
        at=made.decided_at,
        sentence=made.sentence,
        url=f"{address}?version={made.handbook_version}{row}",
        version=_("手册第 {n} 版").format(n=made.handbook_version),
        inputs=[Pair(label=labels.get(k, k), value=_plain(v)) for k, v in made.inputs.items()],
        outputs=[Pair(label=heads.get(k, k), value=_plain(v)) for k, v in made.outputs.items()],
        rows=_("第 {numbers} 行").format(numbers=numbers) if numbers else "",
    )


def _plain(value: Any) -> Any:
    match value:
        case bool():
            return _("是") if value else _("否")
        case list():
            return wording.joined(str(_plain(one)) for one in value)
        case datetime() | None:
            return value
        case _:
            return str(value)


@staff_only(permissions.READ)
def show_payments(request: DeskRequest, number: str) -> HttpResponse:
    """付款: the instructions of the claim and what became of them."""
    claim = get_claim_for(request.actor, number)
    found = payments_of([claim.id])
    payees = parties_by_ids({one.payee_id for one in found})
    accounts = {one.id: one for one in accounts_of_parties({one.payee_id for one in found})}
    lines = []
    for one in found:
        account = accounts.get(one.account_id) if one.account_id else None
        lines.append(
            rows.PaymentRow(
                number=one.number or _("尚未编号"),
                payee=payees[one.payee_id].masked_name if one.payee_id in payees else "",
                account=f"{account.bank} {account.masked_number}" if account else _("没有收款账户"),
                amount=one.amount,
                state=Badge(label=str(one.state.label), tone=_PAYMENT_TONES[one.state]),
                instructed_at=one.instructed_at,
                paid_on=_paid_on(one),
                note=one.return_reason,
            )
        )
    total = sum((one.amount for one in found if one.state != PaymentState.RETURNED), ZERO)
    return _show(request, claim, "payments", rows.PaymentsTab(rows=lines, total=total))


def _paid_on(payment: Payment) -> Any:
    is_paid = payment.state == PaymentState.PAID and payment.settled_at is not None
    return payment.settled_at.date() if is_paid and payment.settled_at else None


@staff_only(permissions.READ)
def show_messages(request: DeskRequest, number: str) -> HttpResponse:
    """往来: what was sent to the customer, with the proof of delivery."""
    claim = get_claim_for(request.actor, number)
    sent = messages_of(claim.stream)
    content = rows.MessagesTab(rows=[message_row(request.actor, one) for one in sent])
    return _show(request, claim, "messages", content)


def message_row(actor: Actor, message: Message) -> rows.MessageRow:
    """Return one message as pages show it."""
    state = MessageState(message.state)
    return rows.MessageRow(
        at=message.queued_at,
        channel=str(CHANNELS.get(message.channel, message.channel)),
        address=message.recipient_masked,
        subject=message.subject or in_language(message.title),
        body=message.body,
        state=Badge(label=str(state.label), tone=_MESSAGE_TONES[state]),
        proof=proof_of(message),
        files=[
            File(name=_("附件 {n}").format(n=place), url=links.document(actor, id))
            for place, id in enumerate(message.attachments, 1)
        ],
    )


def proof_of(message: Message) -> str:
    """Return what proves that a message was sent, of the latest attempt."""
    if not message.proof:
        return ""
    last = message.proof[-1]
    return " · ".join(str(last[name]) for name in ("at", "outcome", "receipt") if last.get(name))


@staff_only(permissions.READ)
def show_timeline(request: DeskRequest, number: str) -> HttpResponse:
    """时间线: the journal of the claim in sentences, recomputed while it is read."""
    claim = get_claim_for(request.actor, number)
    events = [
        Entry(at=row.business_at, sentence=sentence(row), icon=_icon(row.type))
        for row in reversed(events_of(claim.stream))
    ]
    verified = verify(claim.id)
    broken = verified.broken[0] if verified.broken else None
    content = rows.TimelineTab(
        entries=events,
        proof=_("第 {n} 条记录不符：{reason}").format(n=broken.position, reason=broken.reason)
        if broken
        else _("{n} 条记录，指纹相符").format(n=verified.events),
        proof_tone=(Tone.LATE if broken else Tone.ON_TIME).value,
    )
    return _show(request, claim, "timeline", content)


_ICONS = {
    "clocks": "timer",
    "messaging": "send",
    "documents": "file-text",
    "work": "circle-user-round",
    "decisions": "table-2",
    "processes": "workflow",
    "billing": "banknote",
}


def _icon(event_type: str) -> str:
    return _ICONS.get(event_type.partition(".")[0], "circle-dot")


def _show(
    request: DeskRequest,
    claim: "Claim",
    tab: str,
    content: Any,
    *,
    status: int = 200,
    notice: Notice | None = None,
    clocks: Sequence[ClockView] | None = None,
) -> HttpResponse:
    if clocks is None:
        clocks = clock_stack(claim.stream, at=request.at)
    page = rows.CasePage(
        head=_head(request, claim, wording.tightest(clocks)),
        tabs=_tabs(claim, tab),
        clocks=[
            wording.clock_of(one, article_url=f"{reverse('desk:handbook_clocks')}#{one.key}")
            for one in clocks
        ],
        people=_people(request, claim),
        cover=_cover(claim),
        cover_note=f"{claim.loss_at:%Y-%m-%d}",
        diagram_url=reverse("desk:case_process", args=[claim.number]),
        position_url=reverse("desk:case_position", args=[claim.number]),
        notices=[*([notice] if notice else []), *_notices(claim)],
    )
    return render_page(
        request,
        "desk/case.html",
        section="claims",
        status=status,
        page=page,
        content=content,
        content_template=f"desk/tabs/{tab}.html",
    )


def _head(request: DeskRequest, claim: "Claim", clock: ClockView | None) -> rows.CaseHead:
    is_decided = claim.state in (ClaimState.PAYING, ClaimState.PAID, ClaimState.CLOSED)
    calculated = is_decided or claim.payable_amount
    return rows.CaseHead(
        number=claim.number or "",
        url=reverse("desk:case", args=[claim.number]),
        product=in_language(claim.product_name) or _("保单待核实"),
        customer=mask_name(claim.insured_name or claim.reporter_name),
        state=state_of(claim),
        amount_label=_("应付") if calculated else _("申请"),
        amount=claim.payable_amount if calculated else claim.claimed_amount,
        ball=wording.ball_with(_ball(claim, clock)),
        clock=wording.mark_of(clock) if clock else None,
        article=in_language(clock.name) if clock else "",
        actions=_actions(request, claim),
    )


def _ball(claim: "Claim", clock: ClockView | None) -> Party:
    if claim.state == ClaimState.SUPPLEMENTING:
        return Party.CUSTOMER
    return clock.ball_with if clock else Party.US


def _actions(request: DeskRequest, claim: "Claim") -> Sequence[Link]:
    actions = []
    if claim.policy_id is None and request.actor.may(permissions.HANDLE):
        url = reverse("desk:case_match", args=[claim.number])
        actions.append(Link(label=_("核实保单"), url=url, icon="dialog"))
    if claim.state == ClaimState.CLOSED and request.actor.may(permissions.REOPEN):
        url = reverse("desk:case_reopen", args=[claim.number])
        actions.append(Link(label=_("重开赔案"), url=url, icon="dialog"))
    return actions


def _tabs(claim: "Claim", current: str) -> Sequence[Tab]:
    labels = {
        "tasks": (_("当前任务"), "case"),
        "documents": (_("单证"), "case_documents"),
        "sheet": (_("理算书"), "case_sheet"),
        "decisions": (_("决策"), "case_decisions"),
        "payments": (_("付款"), "case_payments"),
        "messages": (_("往来"), "case_messages"),
        "timeline": (_("时间线"), "case_timeline"),
    }
    return [
        Tab(
            key=key,
            label=label,
            url=reverse(f"desk:{name}", args=[claim.number]),
            is_current=key == current,
        )
        for key, (label, name) in labels.items()
    ]


def _people(request: DeskRequest, claim: "Claim") -> Sequence[Pair]:
    insured = mask_name(claim.insured_name) if claim.insured_name else None
    customer = links.customer(request.actor, claim.insured_id)
    policy = links.policy(request.actor, claim.policy_number if claim.policy_id else "")
    reporter = " ".join(
        part
        for part in (mask_name(claim.reporter_name), mask_phone(claim.reporter_contact))
        if part
    )
    place = " ".join(part for part in (claim.loss_place, claim.description) if part)
    return [
        Pair(label=_("被保险人"), value=insured, url=customer),
        Pair(label=_("报案人"), value=reporter),
        Pair(label=_("保单"), value=claim.policy_number or _("待核实"), url=policy),
        Pair(label=_("出险"), value=claim.loss_at, note=place),
        Pair(label=_("报案"), value=claim.reported_at),
    ]


def _cover(claim: "Claim") -> Sequence[Pair]:
    if claim.policy_id is None:
        return [Pair(label=_("保障"), value=str(CoverStatus.UNVERIFIED.label))]
    cover = cover_at(claim.policy_id, effective=claim.loss_at, known=claim.known_at)
    later = changes_after(claim.policy_id, claim.known_at)
    return covers.pairs_of(claim, cover, later)


def _notices(claim: "Claim") -> Sequence[Notice]:
    notices = []
    if claim.cover_status == CoverStatus.IN_QUESTION:
        sentence_ = _("出险时间不在已知的保险期间内；报案照常受理，由责任认定判断。")
        notices.append(Notice(title=_("保障存疑"), message=sentence_, tone=Tone.SOON))
    if claim.policy_id is None:
        sentence_ = _("核实保单之前可以收单证，但不能付款。")
        notices.append(Notice(title=_("保单待核实"), message=sentence_, tone=Tone.SOON))
    if claim.return_reason and not claim.is_approved and claim.state != ClaimState.CLOSED:
        notices.append(Notice(title=_("审批退回"), message=claim.return_reason, tone=Tone.SOON))
    return notices


@staff_only(permissions.READ)
def download(request: DeskRequest, document_id: UUID) -> HttpResponse:
    """Give a document of a claim that this person may see."""
    document = get_document(document_id)
    if document.stream_kind != "claim":
        raise NotFound("document_id")
    permissions.require_read(request.actor, get_file(document.stream_id).claim)
    with content_of(document) as content:
        response = HttpResponse(content.read(), content_type=document.file.mime)
    name = quote(document.name)
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    # What customers hand in never runs here, whatever it says it is.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@staff_only(permissions.READ)
def show_position(request: DeskRequest, number: str) -> HttpResponse:
    """Draw where the claim stands, small, for the side of its page."""
    claim = get_claim_for(request.actor, number)
    drawing = diagrams.of_stream(claim.stream, prefix="position")
    return HttpResponse(drawing.svg if drawing else "")


@staff_only(permissions.READ)
def show_process(request: DeskRequest, number: str) -> HttpResponse:
    """Draw the whole process of the claim with what is behind it and where it stands."""
    claim = get_claim_for(request.actor, number)
    drawing = diagrams.of_stream(claim.stream, prefix="process")
    if drawing is None:
        raise NotFound("number")
    page = rows.DiagramPage(
        head=_head(request, claim, wording.tightest(clock_stack(claim.stream, at=request.at))),
        diagram=drawing.svg,
        name=drawing.name,
        version=_("手册第 {n} 版").format(n=drawing.version),
        steps=drawing.steps,
    )
    return render_page(request, "desk/diagram.html", section="claims", page=page)


@staff_only(permissions.HANDLE)
def match(request: DeskRequest, number: str) -> HttpResponse:
    """Tie the claim to its policy (核实保单)."""
    claim = get_claim_for(request.actor, number)

    def act() -> None:
        policy_number = request.POST.get("policy_number", "").strip()
        match_policy(
            claim_id=claim.id, policy_number=policy_number, by=request.actor, at=request.at
        )

    field = Field(
        name="policy_number",
        label=_("保单号"),
        value=request.POST.get("policy_number", ""),
        is_required=True,
        is_wide=True,
    )
    return dialogs.ask(
        request,
        title=_("核实保单"),
        explanation=_("保障按出险时间和报案时所知重新核对。"),
        fields=[field],
        submit=_("核实"),
        act=act,
        after=reverse("desk:case", args=[number]),
    )


@staff_only(permissions.REOPEN)
def reopen(request: DeskRequest, number: str) -> HttpResponse:
    """Reopen a closed claim (重开)."""
    claim = get_claim_for(request.actor, number)

    def act() -> None:
        reason = request.POST.get("reason", "")
        reopen_claim(claim_id=claim.id, reason=reason, by=request.actor, at=request.at)

    field = Field(
        name="reason",
        label=_("重开理由"),
        kind="textarea",
        value=request.POST.get("reason", ""),
        is_required=True,
    )
    return dialogs.ask(
        request,
        title=_("重开赔案"),
        explanation=_("原来的决定保留在记录里；重新认定后只支付差额。"),
        fields=[field],
        submit=_("重开"),
        act=act,
        after=reverse("desk:case", args=[number]),
    )
