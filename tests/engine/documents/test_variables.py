from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from baocheng.engine.documents.variables import (
    ValueInvalid,
    ValueMissing,
    Variable,
    read_variables,
    samples,
    shown,
    take,
)
from baocheng.engine.publishing.findings import Finding
from baocheng.kernel.time import SHANGHAI


def declared(**types: str) -> dict[str, Variable]:
    return {
        name: Variable(
            name=name,
            type=type.removesuffix("?"),
            label=name,
            sample="",
            is_optional=type.endswith("?"),
        )
        for name, type in types.items()
    }


def test_take_keeps_only_what_is_declared() -> None:
    variables = declared(total="amount", on="date", note="text?")

    taken = take("信", variables, {"total": Decimal(12860), "on": date(2025, 9, 26), "id": "x"})

    assert taken == {"total": "12860.00", "on": "2025-09-26"}


@pytest.mark.parametrize("nothing", [None, "", []])
def test_take_names_the_missing_value(nothing: Any) -> None:
    with pytest.raises(ValueMissing) as refused:
        take("决定书", declared(total="amount"), {"total": nothing})

    assert refused.value.fields == ("total",)
    assert str(refused.value) == "“决定书”缺少“total”，补充后才能生成。"


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("amount", 1.5),
        ("amount", "1.005"),
        ("amount", "many"),
        ("amount", True),
        ("date", "26.9.2025"),
        ("datetime", datetime(2025, 9, 26)),  # noqa: DTZ001
        ("integer", "3"),
        ("boolean", "yes"),
        ("text", 1.5),
        ("text", ["x"]),
        ("list", "abc"),
    ],
)
def test_take_refuses_a_value_of_another_type(type: str, value: Any) -> None:
    with pytest.raises(ValueInvalid):
        take("信", declared(one=type), {"one": value})


def test_shown_writes_values_as_people_read_them() -> None:
    variables = declared(total="amount", on="date", when="datetime", note="text?", extra="amount?")
    values = take(
        "信",
        variables,
        {
            "total": Decimal("12860.05"),
            "on": datetime(2025, 9, 26, 0, 30, tzinfo=SHANGHAI),
            "when": datetime(2025, 9, 26, 8, 5, tzinfo=SHANGHAI),
        },
    )

    assert shown(variables, values) == {
        "total": "12,860.05",
        "total_words": "壹万贰仟捌佰陆拾元零伍分",
        "on": "2025年9月26日",
        "when": "2025年9月26日08:05",
        "note": None,
        "extra": None,
        "extra_words": None,
    }


def test_shown_writes_lists_of_records() -> None:
    findings: list[Finding] = []
    variables = read_variables(
        {
            "lines": {
                "type": "list",
                "fields": {"name": "text", "paid": "amount"},
                "sample": [{"name": "床位费", "paid": 1200}, {"name": "西药费"}],
            },
            "items": {"type": "list", "sample": ["发票原件", "病历"]},
        },
        file="x",
        findings=findings,
        line_of={},
    )

    assert findings == []
    assert shown(variables, samples(variables)) == {
        "lines": [{"name": "床位费", "paid": "1,200.00"}, {"name": "西药费", "paid": ""}],
        "items": ["发票原件", "病历"],
    }


def test_read_variables_reports_everything_at_once() -> None:
    findings: list[Finding] = []

    read_variables(
        {
            "Name": {"sample": "x"},
            "total": {"type": "amuont", "sample": "1"},
            "on": {"type": "date", "sample": "soon"},
            "who": "text",
            "one": {"sample": "x", "lable": "x"},
            "total_words": {"sample": "x"},
            "lines": {"type": "list", "fields": {"name": "text"}, "sample": [{"nome": "x"}]},
        },
        file="a.letter.typ",
        findings=findings,
        line_of={"on": 7},
    )

    assert {(one.place, one.line, one.sentence) for one in findings} == {
        ("Name", 0, "变量名只能用小写字母、数字和下划线，并以字母开头。"),
        ("total", 0, "类型“amuont”不存在，是否为 amount？"),
        ("on", 7, "缺少示例值 sample，或示例值与类型不符。"),
        ("who", 0, "变量需要写明 type、label 和 sample。"),
        ("one", 0, "不认识的属性“lable”，是否为 label？"),
        ("lines", 0, "示例中的“nome”不是清单的列，是否为 name？"),
        ("total_words", 0, "金额变量的大写会自动给出，不要另外声明。"),
    }
