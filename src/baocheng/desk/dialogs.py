"""A short question in a dialog: ask, refuse beside the field, or do it and go on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from baocheng.desk import problems
from baocheng.desk.door import DeskRequest
from baocheng.kernel.problems import Problem
from baocheng.ui.components import Field, Form, Section, Submit


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the dialog shows."""

    title: str
    explanation: str
    form: Form


def ask(
    request: DeskRequest,
    *,
    title: str,
    explanation: str,
    fields: Sequence[Field],
    submit: str,
    act: Callable[[], HttpResponse | None],
    after: str = "",
) -> HttpResponse:
    """Show the question; once it is answered `act`, and go to `after` or show what `act` returns.

    A problem of the kind that can be mended comes back beside its field; others leave the dialog.
    """
    problem: Problem | None = None
    if request.method == "POST":
        try:
            response = act()
        except Problem as refusal:
            if refusal.status in (403, 404):
                raise
            problem = refusal
        else:
            return response or HttpResponseClientRedirect(after)
    wrong = problems.by_field(problem) if problem else {}
    form = Form(
        id="question",
        action=request.path,
        sections=[
            Section(fields=[replace(one, problem=wrong.get(one.name, "")) for one in fields])
        ],
        submits=[Submit(label=submit)],
        problems=problems.sentences(problem) if problem and not wrong else [],
        target="#dialog",
    )
    page = Question(title=title, explanation=explanation, form=form)
    context = {"page": page, "title": title}
    return render(request, "desk/question.html", context, status=422 if problem else 200)
