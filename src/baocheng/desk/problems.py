"""Refusals as people at the desk read them."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baocheng.desk.rows.shell import ProblemPage
from baocheng.kernel.problems import Problem, Problems
from baocheng.ui.components import Link

TITLES = {
    403: gettext_lazy("不能办理"),
    404: gettext_lazy("没有找到"),
    409: gettext_lazy("情况已经变了"),
}


def said(problem: Problem) -> str:
    """Return the sentence of a refusal in the reader's language."""
    template = _(str(problem.template))
    return template.format(**problem.params) if problem.params else template


def each(problem: Problem) -> Iterable[Problem]:
    """Yield the single refusals of one that may hold several."""
    return problem.problems if isinstance(problem, Problems) else (problem,)


def by_field(problem: Problem) -> Mapping[str, str]:
    """Return the sentences of a refusal by the field that each concerns."""
    return {field: said(one) for one in each(problem) for field in one.fields}


def sentences(problem: Problem) -> list[str]:
    """Return every sentence of a refusal once."""
    return list(dict.fromkeys(said(one) for one in each(problem)))


def header(problem: Problem) -> str:
    """Return the sentence as a header value, for the script that shows it."""
    return quote(said(problem))


def page_of(problem: Problem, *links: Link) -> ProblemPage:
    """Return a refusal as a page of its own."""
    return ProblemPage(
        status=problem.status,
        title=str(TITLES.get(problem.status, _("未能办理"))),
        message=" ".join(sentences(problem)),
        links=[*links, Link(label=_("回到待办"), url="/")],
        code=problem.code,
    )
