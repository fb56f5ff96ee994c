"""The handbook as a book: one page per chapter, process, decision, letter, form and product."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from baocheng.areas.organisation.queries import staff_by_actor_ids
from baocheng.areas.products.definition import AggregateLimit, Coverage, Product, Step
from baocheng.desk import chapters, diagrams
from baocheng.desk.door import DeskRequest, staff_only
from baocheng.desk.page import render_page
from baocheng.desk.rows import handbook as rows
from baocheng.desk.wording import SEMICOLON, bracketed, in_language, joined
from baocheng.engine.clocks.arithmetic import Alarm
from baocheng.engine.clocks.definition import ClockDefinition
from baocheng.engine.clocks.wording import limit_in_words
from baocheng.engine.decisions.definition import Decision
from baocheng.engine.decisions.explanation import PrintedColumn, printed
from baocheng.engine.documents.letter_templates import LetterTemplate
from baocheng.engine.journal.events import event_types
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.models import HandbookVersion
from baocheng.engine.publishing.permissions import READ_HANDBOOK
from baocheng.engine.publishing.versions import handbook, handbook_at, latest_versions
from baocheng.engine.work.forms import Form
from baocheng.kernel.problems import NotFound
from baocheng.kernel.time import business_date
from baocheng.ui.components import Badge, Link, Pair

_KINDS: dict[str, Callable[[], str]] = {
    "process": lambda: _("流程"),
    "decision": lambda: _("决策表"),
    "form": lambda: _("表单"),
    "letter": lambda: _("信函"),
    "product": lambda: _("产品"),
}


def _book(request: DeskRequest) -> Handbook:
    number = request.GET.get("version", "")
    return handbook(int(number)) if number.isdecimal() else handbook_at(request.at)


def _label(definition: Any) -> str:
    for name in ("name", "label", "title"):
        found = getattr(definition, name, "")
        if found:
            return in_language(str(found))
    return str(definition.key)


def _url(kind: str, key: str, book: Handbook, request: DeskRequest) -> str:
    query = f"?version={book.version}" if request.GET.get("version") else ""
    return reverse("desk:definition", args=[kind, key]) + query


def _frame(
    request: DeskRequest, book: Handbook, kind: str = "", key: str = "", *, is_first: bool = False
) -> rows.Book:
    """Return the contents column, with the page that is open marked."""
    parts = []
    found = chapters.contents(book)
    if found:
        entries = [
            rows.ContentsEntry(
                number=chapter.number,
                label=chapter.title,
                url=_url("chapter", chapter.key, book, request),
                is_current=(kind, key) == ("chapter", chapter.key),
            )
            for chapter in found
        ]
        parts.append(rows.ContentsPart(label=_("章节"), entries=entries))
    for name, label in _KINDS.items():
        entries = [
            rows.ContentsEntry(
                label=_label(one),
                url=_url(name, one.key, book, request),
                is_current=(kind, key) == (name, one.key),
            )
            for one in book.all(name)
        ]
        if entries:
            parts.append(rows.ContentsPart(label=label(), entries=entries))
    if book.all("clock"):
        clocks = rows.ContentsEntry(
            label=_("全部时限"), url=reverse("desk:handbook_clocks"), is_current=kind == "clock"
        )
        parts.append(rows.ContentsPart(label=_("时限"), entries=[clocks]))
    home = Link(label=_("服务手册"), url=reverse("desk:handbook"))
    return rows.Book(
        version=_("第 {n} 版").format(n=book.version),
        contents=parts,
        crumbs=[] if is_first else [home],
    )


def _show(request: DeskRequest, template: str, book: rows.Book, page: Any) -> HttpResponse:
    template = f"desk/handbook/{template}.html"
    return render_page(request, template, section="handbook", book=book, page=page)


@staff_only(READ_HANDBOOK)
def show_cover(request: DeskRequest) -> HttpResponse:
    """Show the first page: what the handbook runs, and its versions."""
    book = _book(request)
    versions = latest_versions()
    people = staff_by_actor_ids({one.approved_by for one in versions})
    names = {id: staff.name for id, staff in people.items()}
    page = rows.CoverPage(
        title=_("保险客户服务与理赔手册"),
        chapters=[
            rows.ContentsEntry(
                number=one.number, label=one.title, url=_url("chapter", one.key, book, request)
            )
            for one in chapters.contents(book)
        ],
        figures=_figures(request, book),
        versions=[_version(one, book, names) for one in versions],
    )
    return _show(request, "cover", _frame(request, book, is_first=True), page)


def _figures(request: DeskRequest, book: Handbook) -> Sequence[Pair]:
    figures = [
        Pair(
            label=label(),
            value=str(len(book.keys(kind))),
            url=_url(kind, next(iter(book.keys(kind))), book, request),
        )
        for kind, label in _KINDS.items()
        if book.keys(kind)
    ]
    clocks = len(book.keys("clock"))
    address = reverse("desk:handbook_clocks")
    return [*figures, Pair(label=_("时限"), value=str(clocks), url=address)]


def _version(version: HandbookVersion, book: Handbook, names: dict[str, str]) -> rows.VersionRow:
    return rows.VersionRow(
        number=_("第 {n} 版").format(n=version.number),
        url=f"{reverse('desk:handbook')}?version={version.number}",
        effective_on=business_date(version.effective_at),
        published_at=version.published_at,
        approved_by=names.get(version.approved_by, _("随产品发布")),
        is_current=version.number == book.version,
    )


@staff_only(READ_HANDBOOK)
def show_clocks(request: DeskRequest) -> HttpResponse:
    """Show every time limit with its article."""
    book = _book(request)
    page = rows.ClocksPage(rows=[_clock(one) for one in book.all("clock")])
    return _show(request, "clocks", _frame(request, book, "clock"), page)


def _clock(clock: ClockDefinition) -> rows.ClockRow:
    tiers = [
        bracketed(limit_in_words(tier.limit), in_language(tier.name))
        if tier.name
        else limit_in_words(tier.limit)
        for tier in clock.tiers
    ]
    pauses = [
        in_language(pause.waits_for.rstrip("。.")) or _event(pause.event)
        for pause in clock.pauses_on
    ]
    warnings = [_warning(one) for one in clock.warnings]
    return rows.ClockRow(
        name=in_language(clock.name),
        key=clock.key,
        limit=joined(tiers, SEMICOLON),
        article=in_language(str(clock.basis)),
        kind=Badge(label=str(clock.kind.label)),
        starts=_("并且").join(
            _("或").join(dict.fromkeys(_event(one.event) for one in group))
            for group in clock.starts_on
        ),
        pauses=joined(dict.fromkeys(pauses), SEMICOLON),
        stops=_("或").join(dict.fromkeys(_event(one.event) for one in clock.stops_on)),
        warns=joined(warnings, SEMICOLON),
        text=in_language(clock.basis.text),
        breach=in_language(clock.breach),
    )


def _warning(alarm: Alarm) -> str:
    if alarm.share is not None:
        return _("用去 {share}").format(share=f"{alarm.share:.0%}")
    return _("剩 {limit}").format(limit=limit_in_words(alarm.before))


def _event(type: str) -> str:
    """Return what an event is called: the first words of its class's docstring."""
    known = event_types().get(type)
    words = (known.__doc__ or type).strip() if known else type
    return re.split(r"[:：（(。]|\.$", words)[0].strip()


@staff_only(READ_HANDBOOK)
def show_definition(request: DeskRequest, kind: str, key: str) -> HttpResponse:
    """Show one page of the book."""
    book = _book(request)
    if kind == "chapter":
        page = chapters.page_of(book, key)
        return _show(request, "chapter", _frame(request, book, kind, key), page)
    definition = book.find(kind, key) if kind in _KINDS else None
    if definition is None:
        raise NotFound("key")
    return _show(request, kind, _frame(request, book, kind, key), _PAGES[kind](definition, book))


def _process(definition: Any, book: Handbook) -> rows.ProcessPage:
    return diagrams.page_of(definition, book)


def _decision(decision: Decision, book: Handbook) -> rows.DecisionPage:
    table = printed(decision)
    if table is None:
        return rows.DecisionPage(
            name=in_language(decision.label),
            key=decision.key,
            hit_policy="",
            inputs=[],
            outputs=[],
            rules=[],
            question=getattr(decision.logic, "text", ""),
        )
    return rows.DecisionPage(
        name=in_language(decision.label),
        key=decision.key,
        hit_policy=table.hit_policy,
        inputs=[_column(one) for one in table.inputs],
        outputs=[_column(one) for one in table.outputs],
        rules=[
            rows.DecisionRule(
                number=one.number, inputs=one.cells, outputs=one.outputs, note=one.remark
            )
            for one in table.rows
        ],
    )


def _column(column: PrintedColumn) -> rows.DecisionColumn:
    return rows.DecisionColumn(label=in_language(column.label), name=column.name)


def _form(form: Form, book: Handbook) -> rows.FormPage:
    fields = [
        Pair(
            label=in_language(field.label),
            value=" · ".join(in_language(option.label) for option in field.options)
            or str(field.type),
            note=in_language(field.help),
        )
        for field in form.fields
    ]
    return rows.FormPage(
        name=in_language(form.title), key=form.id, fields=fields, help=in_language(form.help)
    )


def _letter(letter: LetterTemplate, book: Handbook) -> rows.LetterPage:
    variables = [
        Pair(label=name, value=in_language(variable.label))
        for name, variable in letter.variables.items()
    ]
    return rows.LetterPage(
        name=in_language(letter.title), key=letter.key, source=letter.source, variables=variables
    )


def _product(product: Product, book: Handbook) -> rows.ProductPage:
    facts = [
        Pair(label=_("险种"), value=str(product.insurance_class.label)),
        Pair(label=_("版本"), value=product.version),
        Pair(label=_("销售起始"), value=product.sold_from),
        Pair(label=_("快速赔付限额"), value=product.fast_lane_amount),
    ]
    return rows.ProductPage(
        name=in_language(product.name),
        key=product.key,
        facts=[*facts, Pair(label=_("说明"), value=product.notes)] if product.notes else facts,
        coverages=[_coverage(product, one) for one in product.coverages],
    )


def _coverage(product: Product, coverage: Coverage) -> rows.CoverageRow:
    limits = [
        step.amount
        for step in coverage.plan
        if isinstance(step, AggregateLimit) and isinstance(step.amount, Decimal)
    ]
    return rows.CoverageRow(
        name=in_language(coverage.name),
        code=joined(in_language(product.heads.get(head, head)) for head in coverage.heads),
        limit=limits[0] if limits else None,
        steps=[_step(product, step) for step in coverage.plan],
        exclusions=[product.clauses.get(clause, clause) for clause in product.exclusions],
    )


def _step(product: Product, step: Step) -> str:
    return bracketed(_(step.title), step.clause, product.clauses.get(step.clause, ""))


_PAGES: dict[str, Callable[[Any, Handbook], Any]] = {
    "process": _process,
    "decision": _decision,
    "form": _form,
    "letter": _letter,
    "product": _product,
}
