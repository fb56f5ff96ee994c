"""Components say what they are given, in every tone and language, and nothing more."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from baocheng.kernel import time
from baocheng.kernel.time import SHANGHAI
from baocheng.ui.components import Badge, Clock, ClockMark, Field, Form, Notice, Pair, Submit, Tone
from baocheng.ui.templatetags.ui import day, deadline, moment, shown, yuan

FRIDAY = datetime(2025, 9, 26, 14, 30, tzinfo=SHANGHAI)


def render(source: str, **values: object) -> str:
    return Template("{% load ui %}" + source).render(Context(values)).strip()


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal(12860), "¥\u00a012,860.00"),
        (Decimal("-0.5"), "\N{MINUS SIGN}¥\u00a00.50"),
        (Decimal("0.00"), "¥\u00a00.00"),
        (None, "—"),
    ],
)
def test_yuan_writes_amounts(amount: Decimal | None, text: str) -> None:
    assert yuan(amount) == text


def test_moment_leaves_out_the_present_year() -> None:
    with time.frozen(FRIDAY), translation.override("zh-hans"):
        assert moment(FRIDAY) == "09-26 周五 14:30"
        assert moment(datetime(2024, 12, 31, 16, 0, tzinfo=SHANGHAI)) == "2024-12-31 周二 16:00"


def test_deadline_that_ends_with_a_day_is_that_day() -> None:
    with time.frozen(FRIDAY), translation.override("zh-hans"):
        assert deadline(datetime(2025, 9, 27, tzinfo=SHANGHAI)) == "09-26 周五"
        assert deadline(FRIDAY) == "09-26 周五 14:30"
        assert deadline(None) == "—"


def test_day_names_the_weekday() -> None:
    with translation.override("zh-hans"):
        assert day(date(2025, 9, 28)) == "2025-09-28 周日"


def test_shown_writes_a_value_by_its_type() -> None:
    with time.frozen(FRIDAY), translation.override("zh-hans"):
        written = [
            shown(value) for value in (None, "", Decimal(3), date(2025, 9, 26), FRIDAY, "甲")
        ]

    assert written == ["—", "—", "¥\u00a03.00", "2025-09-26 周五", "09-26 周五 14:30", "甲"]


@pytest.mark.parametrize("tone", list(Tone))
def test_badge_has_a_shape_and_a_word_beside_its_colour(tone: Tone) -> None:
    html = render("{% badge value %}", value=Badge(label="核定中", tone=tone))

    assert f'data-tone="{tone}"' in html
    assert f'href="#shape-{tone}"' in html
    assert "核定中" in html


def test_button_with_an_address_is_a_link() -> None:
    html = render('{% button "打开" href="/claims/1" kind="primary" %}')

    assert html == '<a class="button" href="/claims/1" data-kind="primary"><span>打开</span></a>'


def test_button_takes_htmx_attributes_and_drops_empty_ones() -> None:
    html = render(
        '{% button "查看" hx_get=url hx_target="" data_close_dialog=True %}', url="/x?a=1&b=2"
    )

    assert html == (
        '<button class="button" type="button" data-kind="plain" data-close-dialog'
        ' hx-get="/x?a=1&amp;b=2"><span>查看</span></button>'
    )


def test_button_without_a_visible_label_keeps_its_name() -> None:
    html = render('{% button "关闭" icon="x" hides_label=True %}')

    assert 'aria-label="关闭"' in html
    assert "<span>" not in html


def test_what_people_typed_is_escaped() -> None:
    html = render(
        "{% panel title=title %}{{ title }}{% key_values pairs %}{% endpanel %}",
        title="<b>",
        pairs=[Pair(label="<i>", value="<script>")],
    )

    assert "<b>" not in html
    assert "<i>" not in html
    assert "<script>" not in html


def test_key_values_marks_later_changes() -> None:
    html = render("{% key_values pairs %}", pairs=[Pair(label="医院", value="公立", is_later=True)])

    assert '<div class="is-later">' in html


def test_clock_tells_a_provisional_deadline() -> None:
    clock = Clock(
        name="核定",
        limit="30 日",
        article="保险法 第二十三条",
        mark=ClockMark(tone=Tone.ON_TIME, label="剩 24 天", due_at=FRIDAY),
        used=20,
        is_provisional=True,
    )

    html = render("{% clock value %}", value=clock)

    assert 'width="20%"' in html
    assert "暂定" in html
    assert "保险法 第二十三条" in html


def test_problem_is_announced_only_when_something_is_wrong() -> None:
    wrong = render("{% problem value %}", value=Notice(message="金额无效。"))
    hint = render("{% problem value %}", value=Notice(message="在保。", tone=Tone.ON_TIME))

    assert 'role="alert"' in wrong
    assert 'role="note"' in hint


@pytest.mark.parametrize(
    "kind",
    ["text", "textarea", "amount", "number", "date", "datetime", "choice", "file", "password"],
)
def test_field_joins_label_problem_and_help_to_its_input(kind: str) -> None:
    value = Field(
        name="lost_on", label="出险日", kind=kind, problem="不能晚于今天。", help="按实际。"
    )

    html = render("{% field value %}", value=value)

    assert '<label class="field-label" for="id_lost_on">' in html
    assert 'id="id_lost_on"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="problem_lost_on help_lost_on"' in html
    assert 'id="problem_lost_on"' in html
    assert 'id="help_lost_on"' in html


@pytest.mark.parametrize("kind", ["radio", "boolean", "checkboxes", "checklist", "lines"])
def test_field_of_several_inputs_is_a_fieldset(kind: str) -> None:
    html = render("{% field value %}", value=Field(name="a", label="结论", kind=kind))

    assert html.startswith("<fieldset")
    assert "<legend" in html


def test_form_shows_every_problem_and_keeps_hidden_values() -> None:
    form = Form(
        action="/task",
        sections=[],
        submits=[Submit(label="提交")],
        problems=["金额无效。", "日期无效。"],
        hidden={"revision": "3"},
        draft_url="/draft",
    )

    html = render("{% form value %}", value=form)

    assert "<li>金额无效。</li><li>日期无效。</li>" in html
    assert '<input type="hidden" name="revision" value="3">' in html
    assert 'data-draft="/draft"' in html


def test_pagination_shows_nothing_at_the_end() -> None:
    assert render('{% pagination "" %}') == ""
    assert render('{% pagination "" "rows" %}') == '<div class="pagination" id="rows-more"></div>'
