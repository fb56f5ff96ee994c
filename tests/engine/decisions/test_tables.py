"""What a table answers under each hit policy."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.engine.decisions.decide import UnknownInput, decide, decide_on_facts
from baocheng.engine.decisions.definition import Decision
from baocheng.engine.decisions.dmn import read_decisions
from baocheng.engine.decisions.feel.closures import closure
from baocheng.engine.decisions.feel.parser import parse_cell
from baocheng.engine.decisions.table import (
    CompiledTable,
    NoRuleMatched,
    RulesContradict,
    SeveralRulesMatched,
)
from baocheng.engine.decisions.types import ValueNotAllowed, WrongType
from baocheng.kernel.problems import Problem, Problems
from engine.decisions.dmn_text import file, table

RULES = [("> 10", '"B"', "2"), ("> 20", '"A"', "3"), ("> 20", '"A"', "3"), ("> 30", '"C"', "7")]


def decision(policy: str, rules: Sequence[Sequence[str]] = RULES, **options: Any) -> Decision:
    inputs = [("x", "number", "", "数量")]
    outputs = [("grade", "string", '"A","B","C"'), ("points", "number")]
    text = table(inputs, outputs, rules, policy=policy, **options)
    return read_decisions(file(text))[0]


def single(policy: str, rules: Sequence[Sequence[str]], **options: Any) -> Decision:
    text = table([("x", "number")], [("y", "")], rules, policy=policy, **options)
    return read_decisions(file(text))[0]


def test_unique_answers_from_its_one_rule() -> None:
    decided = decide(decision("UNIQUE"), {"x": 15})

    assert decided.outputs == {"grade": "B", "points": Decimal(2)}
    assert decided.matched_rows == (1,)
    assert decided.inputs == {"x": Decimal(15)}


def test_unique_refuses_two_rules() -> None:
    with pytest.raises(SeveralRulesMatched, match="第 1、2、3 行"):
        decide(decision("UNIQUE"), {"x": 25})


def test_first_takes_the_uppermost_rule() -> None:
    assert decide(decision("FIRST"), {"x": 99}).matched_rows == (1,)


def test_any_accepts_rules_that_agree() -> None:
    rules = RULES[1:3]

    assert decide(decision("ANY", rules), {"x": 25}).matched_rows == (1, 2)
    with pytest.raises(RulesContradict, match="第 1、2、3 行"):
        decide(decision("ANY"), {"x": 25})


def test_priority_follows_the_list_of_output_values() -> None:
    decided = decide(decision("PRIORITY"), {"x": 25})

    assert (decided.outputs["grade"], decided.matched_rows) == ("A", (2,))


def test_rule_order_and_output_order_list_every_answer() -> None:
    ruled = decide(decision("RULE ORDER"), {"x": 99})
    ordered = decide(decision("OUTPUT ORDER"), {"x": 99})

    assert [each["grade"] for each in ruled.value] == ["B", "A", "A", "C"]
    assert [each["grade"] for each in ordered.value] == ["A", "A", "B", "C"]
    assert (ruled.matched_rows, ordered.matched_rows) == ((1, 2, 3, 4), (2, 3, 1, 4))
    assert ruled.outputs == {"claim_triage": ruled.value}


@pytest.mark.parametrize(
    ("aggregation", "some", "none"),
    [("SUM", 6, None), ("MIN", 1, None), ("MAX", 3, None), ("COUNT", 3, 0)],
)
def test_collect_aggregates(aggregation: str, some: int, none: int | None) -> None:
    rules = [("> 0", "1"), ("> 0", "2"), ("> 0", "3"), ("> 5", "9")]
    collecting = single("COLLECT", rules, aggregation=aggregation)

    assert decide(collecting, {"x": 1}).outputs == {"y": some}
    assert decide(collecting, {"x": 0}).outputs == {"y": none}


def test_collect_without_aggregation_lists() -> None:
    collecting = single("COLLECT", [("> 0", "1"), ("> 0", "x * 2")])

    assert decide(collecting, {"x": 5}).value == [1, 10]
    assert decide(collecting, {"x": 0}).value == []


def test_no_rule_is_refused_in_words() -> None:
    with pytest.raises(NoRuleMatched) as refused:
        decide(decision("UNIQUE"), {"x": 5})

    assert refused.value.code == "decisions.no_rule"
    assert str(refused.value) == (
        "决策表 claim_triage：没有适用于本案的规则，请核对输入或补充规则。"
    )


def test_no_rule_names_the_inputs_that_are_missing() -> None:
    with pytest.raises(NoRuleMatched, match="没有适用于本案的规则（数量为空），请核对"):
        decide(decision("UNIQUE"), {})


def test_the_default_answers_when_no_rule_does() -> None:
    defaulting = single("UNIQUE", [("> 10", '"more"')], default='"less"')

    decided = decide(defaulting, {"x": 5})

    assert (decided.outputs, decided.matched_rows) == ({"y": "less"}, ())


def test_a_missing_input_is_null() -> None:
    nullable = single("UNIQUE", [("null", '"unknown"'), (">= 0", '"known"')])

    assert decide(nullable, {}).outputs == {"y": "unknown"}
    assert decide(nullable, {"x": None}).inputs == {"x": None}


def test_inputs_are_read_by_their_declared_type() -> None:
    inputs = [("amount", "number"), ("day", "date"), ("urgent", "boolean")]
    typed = read_decisions(file(table(inputs, [("y", "")], [("-", "-", "-", "day")])))[0]

    decided = decide(typed, {"amount": "12.50", "day": "2025-01-31", "urgent": True})

    assert decided.inputs == {
        "amount": Decimal("12.50"),
        "day": date(2025, 1, 31),
        "urgent": True,
    }
    assert decided.value == date(2025, 1, 31)


@pytest.mark.parametrize(
    ("inputs", "problem", "sentence"),
    [
        ({"amout": 1}, UnknownInput,
         "决策 claim_triage 没有名为 amout 的输入，是否为 amount？"),
        ({"amount": "x"}, WrongType, "“金额”应为数值，不能是“x”。"),
        ({"amount": True}, WrongType, "“金额”应为数值，不能是“True”。"),
        ({"amount": "NaN"}, WrongType, "“金额”应为数值，不能是“NaN”。"),
        ({"amount": -1}, ValueNotAllowed, "“金额”的取值“-1”不在允许范围内：>= 0。"),
    ],
)  # fmt: skip
def test_inputs_that_do_not_fit_are_refused(
    inputs: dict[str, Any], problem: type[Problem], sentence: str
) -> None:
    strict = read_decisions(
        file(table([("amount", "number", ">= 0", "金额")], [("y", "")], [("-", "1")]))
    )[0]

    with pytest.raises(problem) as refused:
        decide(strict, inputs)

    assert (str(refused.value), refused.value.fields) == (sentence, tuple(inputs))


def test_several_bad_inputs_are_refused_together() -> None:
    two = read_decisions(
        file(table([("a", "number"), ("b", "date")], [("y", "")], [("-", "-", "1")]))
    )[0]

    with pytest.raises(Problems) as refused:
        decide(two, {"a": "x", "b": "y"})

    assert refused.value.fields == ("a", "b")


def test_deciding_on_facts_takes_only_what_is_asked_for() -> None:
    facts = {"x": 15, "claim_number": object()}

    assert decide_on_facts(decision("UNIQUE"), facts).matched_rows == (1,)


def test_a_cell_may_compare_with_another_input() -> None:
    inputs = [("amount", "number"), ("limit", "number")]
    rules = [("<= limit", "-", '"within"'), ("> limit", "-", '"above"')]
    limited = read_decisions(file(table(inputs, [("y", "")], rules)))[0]

    assert decide(limited, {"amount": 5, "limit": 5}).value == "within"
    assert decide(limited, {"amount": 6, "limit": 5}).value == "above"


CELLS = st.sampled_from(
    ["-", "null", "not(null)", "< 2", ">= 2", "[1..3)", "(1..3]", "2", "1, 3", "not(2)",
     "not([1..2])", "not(< 2)", "? > y", "odd(?)", "null, > 2", "[2, 3]", "= 1", "!= 1"]
)  # fmt: skip
INPUTS = st.one_of(st.none(), st.sampled_from(["0.5", "1", "1.5", "2", "3", "4"]).map(Decimal))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), INPUTS, INPUTS)
def test_a_compiled_table_matches_what_its_cells_say_one_by_one(
    rows: list[tuple[str, str]], x: Decimal | None, y: Decimal | None
) -> None:
    columns = [("x", "number"), ("y", "number")]
    text = table(columns, [("out", "")], [(*row, "1") for row in rows], policy="COLLECT")
    logic: Any = read_decisions(file(text))[0].logic
    scope = {"x": x, "y": y}

    expected = 0
    for index, row in enumerate(rows):
        cells = zip(row, (x, y), strict=True)
        if all(closure(parse_cell(cell))({**scope, "?": value}) is True for cell, value in cells):
            expected |= 1 << index

    assert CompiledTable(logic).matching(scope) == expected


TEXT_CELLS = st.sampled_from(
    ["-", '"a"', '"a","b"', 'not("a")', "null", '< "b"', 'contains(?, "a")', '? = "a"']
)
DATE_CELLS = st.sampled_from(
    ["-", '< date("2025-01-02")', '[date("2025-01-01")..date("2025-01-03")]', "null",
     'not(date("2025-01-02"))', 'date("2025-01-02"), date("2025-01-04")']
)  # fmt: skip


@given(
    st.lists(st.tuples(TEXT_CELLS, DATE_CELLS), min_size=1, max_size=5),
    st.sampled_from([None, "a", "b", "c", "ab"]),
    st.one_of(st.none(), st.dates(date(2024, 12, 31), date(2025, 1, 5))),
)
def test_texts_and_dates_match_as_their_cells_say(
    rows: list[tuple[str, str]], word: str | None, day: date | None
) -> None:
    columns = [("word", "string"), ("day", "date")]
    text = table(columns, [("out", "")], [(*row, "1") for row in rows], policy="COLLECT")
    logic: Any = read_decisions(file(text))[0].logic
    scope = {"word": word, "day": day}

    expected = 0
    for index, row in enumerate(rows):
        cells = zip(row, (word, day), strict=True)
        if all(closure(parse_cell(cell))({**scope, "?": value}) is True for cell, value in cells):
            expected |= 1 << index

    assert CompiledTable(logic).matching(scope) == expected
