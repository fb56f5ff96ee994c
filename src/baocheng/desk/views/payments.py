"""付款: make the file for the bank, and take in what the bank says of it (出纳)."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baocheng.areas.billing import permissions
from baocheng.areas.billing.operations.files import (
    RowResult,
    make_payment_file,
    record_acknowledgement,
)
from baocheng.areas.billing.queries import list_payment_files_for, list_waiting_for
from baocheng.areas.customers.queries import parties_by_ids
from baocheng.areas.organisation.queries import staff_by_actor_ids
from baocheng.desk import problems
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.page import render_page
from baocheng.desk.rows import payments as rows
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problem
from baocheng.ui.components import Field, Form, Notice, Section, Submit, Tone

_WAITING_MAX = 200
_FILES_MAX = 50
_ACKNOWLEDGEMENT_MAX = 5 * 1024 * 1024


@staff_only(permissions.MAKE_FILE)
def show_payments(request: DeskRequest) -> HttpResponse:
    """Show what waits to be sent, and the files made so far."""
    return _show(request)


def _show(request: DeskRequest, *, notice: Notice | None = None, status: int = 200) -> HttpResponse:
    waiting = list(list_waiting_for(request.actor)[:_WAITING_MAX])
    files = list(list_payment_files_for(request.actor)[:_FILES_MAX])
    payees = parties_by_ids({one.payable.payee_id for one in waiting})
    makers = staff_by_actor_ids({one.made_by for one in files})
    page = rows.PaymentsPage(
        waiting=[
            rows.WaitingRow(
                payee=payees[one.payable.payee_id].masked_name
                if one.payable.payee_id in payees
                else "",
                amount=one.amount,
                instructed_at=one.instructed_at,
                attempt=one.attempt,
                has_account=one.account_id is not None,
            )
            for one in waiting
        ],
        total=sum((one.amount for one in waiting), ZERO),
        files=[
            rows.FileRow(
                url=reverse("desk:payment_download", args=[one.id]),
                made_at=one.made_at,
                made_by=makers[one.made_by].name if one.made_by in makers else one.made_by,
                count=one.count,
                total=one.total_amount,
                fingerprint=one.sha256[:12],
            )
            for one in files
        ],
        acknowledgement=_form() if request.actor.may(permissions.ACKNOWLEDGE) else None,
        notice=notice,
    )
    return render_page(
        request, "desk/payments.html", section="administration", status=status, page=page
    )


def _form() -> Form:
    field = Field(
        name="file",
        label=_("回执文件"),
        kind="file",
        is_required=True,
        is_single=True,
        help=_("银行返回的 CSV，每行一笔：成功或退回及原因"),
    )
    return Form(
        id="acknowledgement",
        action=reverse("desk:acknowledgement"),
        sections=[Section(fields=[field])],
        submits=[Submit(label=_("登记回执"))],
        is_upload=True,
    )


@require_POST
@staff_only(permissions.MAKE_FILE)
def make_file(request: DeskRequest) -> HttpResponse:
    """Put what waits into one file for the bank."""
    try:
        made = make_payment_file(by=request.actor, at=request.at)
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        messages.error(request, problems.said(problem))
        return redirect("desk:payments")
    sentence = _("已制作付款文件：{n} 笔，合计 {total} 元。").format(
        n=made.file.count, total=f"{made.file.total_amount:,.2f}"
    )
    messages.success(request, sentence)
    if made.without_account:
        left = _("{n} 笔没有收款账户，未列入。").format(n=len(made.without_account))
        messages.warning(request, left)
    return redirect("desk:payments")


@staff_only(permissions.MAKE_FILE)
def download(request: DeskRequest, file_id: UUID) -> HttpResponse:
    """Give a payment file to whoever takes it to the bank."""
    file = list_payment_files_for(request.actor).filter(pk=file_id).first()
    if file is None:
        raise Http404
    response = HttpResponse(file.content, content_type="text/csv; charset=utf-8")
    name = f"payments-{file.made_at:%Y%m%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@staff_only(permissions.ACKNOWLEDGE)
def acknowledge(request: DeskRequest) -> HttpResponse:
    """Take in what the bank says, row by row."""
    if request.method != "POST":
        # Somebody reloads the page that says what was taken, or switches its language.
        return redirect("desk:payments")
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > _ACKNOWLEDGEMENT_MAX:
        notice = Notice(message=_("请选择不超过 5 MB 的回执文件。"))
        return _show(request, notice=notice, status=422)
    try:
        text = sent.read().decode("utf-8-sig")
        results = record_acknowledgement(text=text, by=request.actor, at=request.at)
    except UnicodeDecodeError:
        notice = Notice(message=_("回执文件不是 UTF-8 编码的文本，请另存后再试。"))
        return _show(request, notice=notice, status=422)
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        return _show(request, notice=Notice(message=problems.said(problem)), status=problem.status)
    return _show(request, notice=_outcome(results))


def _outcome(results: Sequence[RowResult]) -> Notice:
    refused = [one for one in results if one.problem]
    taken = len(results) - len(refused)
    return Notice(
        title=_("回执已登记"),
        message=_("{taken} 行已登记，{refused} 行未采用。").format(
            taken=taken, refused=len(refused)
        ),
        tone=Tone.SOON if refused else Tone.ON_TIME,
        points=[
            _("第 {row} 行 {number}：{problem}").format(
                row=one.row, number=one.number, problem=_(one.problem)
            )
            for one in refused
        ],
    )
