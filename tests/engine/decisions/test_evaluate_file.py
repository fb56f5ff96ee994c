"""A file is evaluated from outside, with typed JSON in and out."""

from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.engine.decisions.decide import UnknownInput
from baocheng.engine.decisions.evaluate_file import (
    DecisionNotChosen,
    UnknownDecision,
    evaluate_file,
)
from baocheng.engine.decisions.feel.values import YearsMonths, equal
from baocheng.engine.decisions.json_values import from_json, to_json
from engine.decisions.dmn_text import file, input_data, literal, needs, table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    lookup = table(
        [("Age", "number")],
        [("Status", "string")],
        [("[18..60)", '"Approved"')],
        key="status",
        name="Approval Status",
        requirements=needs(inputs=["a"]),
    )
    text = file(
        input_data("Age", "number", "a"),
        input_data("Full Name", "string", "n"),
        lookup,
        literal("hello", '"Hello " + Full Name', requirements=needs(inputs=["n"])),
        literal("span", 'duration("P1D") * 2'),
    )
    target = tmp_path / "x.dmn"
    target.write_text(text, encoding="utf-8")
    return target


def test_a_decision_is_evaluated_by_id_or_name(path: Path) -> None:
    expected = {
        "decision": "status",
        "name": "Approval Status",
        "result": {"type": "string", "value": "Approved"},
        "matched_rows": [1],
        "explanation": "第 1 行：18 ≤ Age < 60 → “Approved”",
        "problem": None,
    }

    assert evaluate_file(path, "status", {"Age": 18, "Full Name": "王芳"}) == expected
    assert evaluate_file(path, "Approval Status", {"Age": "18"}) == expected


def test_a_table_without_an_answer_answers_null_and_says_why(path: Path) -> None:
    found = evaluate_file(path, "status", {"Age": 17})

    assert found["result"] == {"type": "null", "value": None}
    assert found["problem"] == {
        "code": "decisions.no_rule",
        "message": "决策表 status：没有适用于本案的规则，请核对输入或补充规则。",
    }


def test_names_with_spaces_and_typed_inputs(path: Path) -> None:
    given_name = {"Full Name": {"type": "string", "value": "王芳"}}

    assert evaluate_file(path, "hello", given_name)["result"]["value"] == "Hello 王芳"
    assert evaluate_file(path, "span", {})["result"] == {
        "type": "days and time duration",
        "value": "P2D",
    }


def test_unknown_decisions_and_inputs_are_refused_with_the_nearest(path: Path) -> None:
    with pytest.raises(UnknownDecision, match="没有决策 statos，是否为 status？"):
        evaluate_file(path, "statos", {})
    with pytest.raises(UnknownInput, match="没有名为 Agge 的输入，是否为 Age？"):
        evaluate_file(path, "status", {"Agge": 5})


def test_the_only_final_decision_needs_no_name(path: Path, tmp_path: Path) -> None:
    single = tmp_path / "y.dmn"
    single.write_text(file(literal("d", "1 + 1")), encoding="utf-8")

    assert evaluate_file(single, "", {})["result"] == {"type": "number", "value": "2"}
    with pytest.raises(DecisionNotChosen, match="status、hello、span"):
        evaluate_file(path, "", {})


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.text(max_size=5),
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9),
        st.dates(),
        st.timedeltas(),
        st.times(),
        st.integers(-500, 500).map(YearsMonths),
        st.datetimes(),
    ),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=5,
)


@given(VALUES)
def test_values_survive_json(value: Any) -> None:
    assert equal(from_json(to_json(value)), value) is True


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("10.50"), {"type": "number", "value": "10.50"}),
        (date(2025, 1, 31), {"type": "date", "value": "2025-01-31"}),
        (time(9, 30), {"type": "time", "value": "09:30:00"}),
        (timedelta(hours=36), {"type": "days and time duration", "value": "P1DT12H"}),
        (YearsMonths(-14), {"type": "years and months duration", "value": "-P1Y2M"}),
    ],
)
def test_json_keeps_the_kind_of_a_value(value: Any, written: dict[str, Any]) -> None:
    assert to_json(value) == written
