"""What a browser sends becomes raw answers; answers and problems become fields again."""

from datetime import datetime
from decimal import Decimal

from django.http import QueryDict

from baocheng.desk.forms import read_answers, sections_of, written
from baocheng.engine.work.forms import FieldType, Form, FormField, Option
from baocheng.kernel.time import SHANGHAI
from baocheng.ui.components import Field

OPTIONS = (Option(value="a", label="甲"), Option(value="b", label="乙"))
LINES = FormField(
    name="lines",
    label="明细",
    type=FieldType.LINES,
    columns=(
        FormField(name="name", label="项目", type=FieldType.TEXT),
        FormField(name="amount", label="金额", type=FieldType.AMOUNT),
    ),
)
FORM = Form(
    id="form",
    title="表单",
    fields=(
        FormField(name="text", label="文字", type=FieldType.TEXT, is_required=True),
        FormField(name="one", label="单选", type=FieldType.CHOICE, options=OPTIONS),
        FormField(name="many", label="多选", type=FieldType.CHOICES, options=OPTIONS),
        FormField(name="sure", label="是否", type=FieldType.BOOLEAN),
        LINES,
    ),
)


def fields(answers: dict[str, object], problems: dict[str, str] | None = None) -> dict[str, Field]:
    (section,) = sections_of(FORM, answers, problems=problems)
    return {field.name: field for field in section.fields}


def test_answers_are_read_as_they_were_entered() -> None:
    sent = QueryDict("text= x &one=b&many=a&many=b&sure=true&strange=1")

    assert read_answers(FORM, sent) == {
        "text": " x ",
        "one": "b",
        "many": ["a", "b"],
        "sure": "true",
        "lines": [],
    }


def test_lines_come_in_the_order_of_their_numbers_without_the_empty_ones() -> None:
    sent = QueryDict("lines.10.name=c&lines.2.name=b&lines.2.amount=1,200.50&lines.0.name= ")

    assert read_answers(FORM, sent)["lines"] == [{"name": "b", "amount": "1,200.50"}, {"name": "c"}]


def test_lines_of_another_field_are_not_taken() -> None:
    assert read_answers(FORM, QueryDict("other.0.name=x&lines.x.name=y"))["lines"] == []


def test_few_options_are_shown_side_by_side() -> None:
    assert [fields({})[name].kind for name in ("one", "many", "sure")] == [
        "radio",
        "checkboxes",
        "boolean",
    ]


def test_what_was_chosen_is_chosen_again() -> None:
    shown = fields({"one": "b", "many": ["a"], "sure": True})

    assert [choice.is_chosen for choice in shown["one"].choices] == [False, True]
    assert [choice.is_chosen for choice in shown["many"].choices] == [True, False]
    assert [choice.is_chosen for choice in shown["sure"].choices] == [True, False]


def test_problem_stands_beside_its_own_cell() -> None:
    answers = {"lines": [{"name": "a"}, {"name": "b", "amount": "-1"}]}

    rows = fields(answers, {"lines.1.amount": "不能为负。"})["lines"].rows

    assert [[cell.problem for cell in row] for row in rows] == [["", ""], ["", "不能为负。"]]
    assert rows[1][1].value == "-1"


def test_lines_without_answers_offer_some_empty_ones() -> None:
    assert [[cell.value for cell in row] for row in fields({})["lines"].rows] == [["", ""]] * 3


def test_moments_are_written_in_shanghai_time() -> None:
    assert written(datetime(2025, 9, 26, 14, 30, tzinfo=SHANGHAI)) == "2025-09-26T14:30"
    assert written(Decimal("1.50")) == "1.50"
    assert written(None) == ""
