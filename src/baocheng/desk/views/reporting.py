"""报案登记: take a loss report, kept as a draft while it is being written."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baocheng.areas.claims import permissions
from baocheng.areas.claims.enums import Channel
from baocheng.areas.claims.operations.lines import ReportedLine
from baocheng.areas.claims.operations.reporting import LossReport, report_claim
from baocheng.areas.claims.queries import claims_of_policy
from baocheng.areas.policies.queries import cover_at, find_by_numbers
from baocheng.areas.products.enums import Payer
from baocheng.desk import problems
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.forms import read_answers, sections_of
from baocheng.desk.page import render_page
from baocheng.desk.rows.work import ReportPage
from baocheng.desk.wording import in_language
from baocheng.engine.publishing.versions import handbook_at
from baocheng.engine.work.answers import validate
from baocheng.engine.work.drafts import discard_draft, find_draft, save_draft
from baocheng.engine.work.forms import Form
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Problem
from baocheng.kernel.time import SHANGHAI
from baocheng.ui.components import Form as FormView
from baocheng.ui.components import Link, Notice, Section, Submit, Tone

_FORM = "report_loss"
_BY_ACCIDENT = ("accident", "traffic")
_WHO = ("policy_number", "insured_name")
_CALLER = ("reporter_name", "reporter_phone", "channel")


@staff_only(permissions.REPORT)
def report(request: DeskRequest) -> HttpResponse:
    """Show the form, or take the report and go to its claim."""
    form: Form = handbook_at(request.at).get("form", _FORM)
    if request.method != "POST":
        draft = find_draft(form=_FORM, by=request.actor)
        given = {"policy_number": request.GET.get("policy", "")} if "policy" in request.GET else {}
        return _show(request, form, {**(draft or {}), **given}, is_draft=draft is not None)
    answers = read_answers(form, request.POST)
    if request.POST.get("save"):
        save_draft(answers, form=_FORM, by=request.actor, at=request.at)
        messages.success(request, _("草稿已保存。"))
        return redirect("desk:report")
    try:
        typed = validate(form, answers, at=request.at)
        claim = report_claim(report=_report(typed), by=request.actor, at=request.at)
    except Problem as problem:
        save_draft(answers, form=_FORM, by=request.actor, at=request.at)
        if problem.status in (403, 404):
            raise
        return _show(request, form, answers, problem, is_draft=True)
    discard_draft(form=_FORM, by=request.actor)
    messages.success(request, _("已受理，赔案号 {number}。").format(number=claim.number))
    return redirect("desk:case", claim.number)


@require_POST
@staff_only(permissions.REPORT)
def keep_draft(request: DeskRequest) -> HttpResponse:
    """Keep what was typed so far."""
    form: Form = handbook_at(request.at).get("form", _FORM)
    save_draft(read_answers(form, request.POST), form=_FORM, by=request.actor, at=request.at)
    return HttpResponse(status=204)


def _report(answers: Mapping[str, Any]) -> LossReport:
    percent, grade = answers["fault_ratio_percent"], answers["disability_grade"]
    return LossReport(
        policy_number=(answers["policy_number"] or "").strip(),
        insured_name=answers["insured_name"] or "",
        loss_at=answers["loss_at"],
        loss_place=answers["loss_place"] or "",
        cause=answers["cause"] or "",
        by_accident=answers["cause"] in _BY_ACCIDENT,
        description=answers["description"] or "",
        reporter_name=answers["reporter_name"],
        reporter_contact=answers["reporter_phone"] or "",
        channel=Channel(answers["channel"]) if answers["channel"] else Channel.PHONE,
        fault_ratio=None if percent is None else Decimal(percent) / 100,
        disability_grades=[] if grade is None else [grade],
        lines=[_line(one) for one in answers["lines"] or ()],
    )


def _line(answers: Mapping[str, Any]) -> ReportedLine:
    paid = answers["social_insurance_paid"]
    return ReportedLine(
        head=answers["head"],
        incurred_on=answers["incurred_on"],
        amount=answers["amount"],
        days=answers["days"] or 0,
        description=answers["description"] or "",
        hospital_level=answers["hospital_level"] or "",
        social_insurance_used=paid is not None,
        other_paid={Payer.SOCIAL_INSURANCE: paid} if paid and paid > ZERO else {},
        invoice=(answers["invoice"] or "").strip(),
    )


def _show(
    request: DeskRequest,
    form: Form,
    answers: Mapping[str, Any],
    problem: Problem | None = None,
    *,
    is_draft: bool,
) -> HttpResponse:
    wrong = problems.by_field(problem) if problem else {}
    view = FormView(
        id="report",
        action=reverse("desk:report"),
        sections=_arranged(sections_of(form, answers, problems=wrong)),
        submits=[
            Submit(label=_("保存草稿"), name="save", value="1", kind="plain"),
            Submit(label=_("登记报案")),
        ],
        problems=problems.sentences(problem) if problem else [],
        draft_url=reverse("desk:report_draft"),
        is_draft=is_draft,
    )
    page = ReportPage(form=view, help=in_language(form.help), **_hints(request, answers))
    status = problem.status if problem else 200
    return render_page(request, "desk/report.html", section="claims", status=status, page=page)


def _arranged(sections: Sequence[Section]) -> Sequence[Section]:
    """Put the questions in the order of a telephone call: who, what, who is calling, how much."""
    fields = {field.name: field for section in sections for field in section.fields}
    lines = [field for field in fields.values() if field.kind == "lines"]
    rest = [
        field
        for field in fields.values()
        if field.name not in (*_WHO, *_CALLER) and field.kind != "lines"
    ]
    parts = (
        (_("谁出了险"), [fields[name] for name in _WHO if name in fields]),
        (_("出了什么事"), rest),
        (_("谁在报案"), [fields[name] for name in _CALLER if name in fields]),
        (_("费用与损失"), lines),
    )
    return [Section(title=title, fields=found) for title, found in parts if found]


def _hints(request: DeskRequest, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of the policy that the draft names: cover, and claims on it."""
    number = str(answers.get("policy_number") or "").strip()
    ref = find_by_numbers({number}).get(number) if number else None
    if ref is None:
        return {}
    recent = claims_of_policy(ref.id)[:5]
    similar = [
        Link(
            label=claim.number or "",
            url=reverse("desk:case", args=[claim.number]),
            note=f"{claim.loss_at.astimezone(SHANGHAI):%Y-%m-%d} {claim.description}"[:60],
        )
        for claim in recent
    ]
    is_covered = cover_at(ref.id, effective=request.at, known=request.at) is not None
    hint = Notice(
        title=_("保单 {number}").format(number=ref.number),
        message=_("目前在保险期间内。") if is_covered else _("目前不在保险期间内；照常受理。"),
        tone=Tone.ON_TIME if is_covered else Tone.SOON,
    )
    return {"hints": [hint], "similar": similar}
