"""FEEL expressions give exactly what the standard says."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from baocheng.engine.decisions.feel import UnreadableExpression, compile_expression
from baocheng.engine.decisions.feel.values import YearsMonths


def answer(text: str, **context: Any) -> Any:
    return compile_expression(text)(context)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 4 - 3", "3"),
        ("2 ** 3 ** 2", "64"),
        ("-2 ** 2", "4"),
        ("10 + -5", "5"),
        ("10--5", "15"),
        ("10 ** -5", "0.00001"),
        (".5 + 0.25", "0.75"),
        ("1.2e3", "1200"),
        ("10 / 4", "2.5"),
        ("1 / 3", "0.3333333333333333333333333333333333"),
        ("0.1 + 0.2", "0.3"),
    ],
)
def test_arithmetic_is_exact(text: str, expected: str) -> None:
    assert answer(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    ["1 / 0", "10 + null", "null * 2", '1 + "a"', "true + 1", "-null", "10 ** 6145"],
)
def test_what_cannot_be_calculated_is_null(text: str) -> None:
    assert answer(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 = 1.0", True),
        ('1 = "1"', None),
        ("true = 1", None),
        ("null = null", True),
        ("null = 1", False),
        ("null != 1", True),
        ("null < 1", None),
        ('"a" < "b"', True),
        ("true < false", None),
        ("[1, 2] = [1, 2]", True),
        ("[1, 2] = [1]", False),
        ("{a: 1} = {a: 1}", True),
        ("3 between 1 and 3", True),
        ("null between 1 and 3", None),
        ("3 in [1..3)", False),
        ("1 in ]1..3]", False),
        ("3 in [1..3[", False),
        ("2 in (1..3)", True),
        ("2 in (1, 2)", True),
        ("2 in (< 1, > 5)", False),
        ("2 in > 1", True),
        ("2 in [1, 2]", True),
        ("2 in 2", True),
        ('"a" in ("b", "c")', False),
    ],
)
def test_comparisons_keep_kinds_apart(text: str, expected: bool | None) -> None:
    assert answer(text) is expected


@pytest.mark.parametrize(
    ("left", "right", "conjunction", "disjunction"),
    [
        ("true", "true", True, True),
        ("true", "false", False, True),
        ("true", "null", None, True),
        ("false", "false", False, False),
        ("false", "null", False, None),
        ("null", "null", None, None),
        ('"x"', "true", None, True),
        ('"x"', "false", False, None),
    ],
)
def test_logic_has_three_values(
    left: str, right: str, conjunction: bool | None, disjunction: bool | None
) -> None:
    for a, b in ((left, right), (right, left)):
        assert answer(f"{a} and {b}") is conjunction
        assert answer(f"{a} or {b}") is disjunction


def test_not_of_null_is_null() -> None:
    assert [answer(f"not({value})") for value in ("true", "false", "null")] == [False, True, None]


def test_if_takes_the_alternative_when_the_condition_is_null() -> None:
    assert answer('if amount > 1 then "more" else "less"', amount=None) == "less"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('date("2025-01-31") + duration("P1M")', date(2025, 2, 28)),
        ('date("2024-02-29") - duration("P1Y")', date(2023, 2, 28)),
        ('date("2025-01-31") + duration("P30D")', date(2025, 3, 2)),
        ('date("2025-03-01") - date("2025-02-01")', timedelta(days=28)),
        ('duration("P1Y6M")', YearsMonths(18)),
        ('duration("-PT1H30M")', -timedelta(minutes=90)),
        ('duration("P3D") / 3', timedelta(days=1)),
        ('duration("P3D") * 2', timedelta(days=6)),
        ('duration("P3D") / duration("P1D")', Decimal(3)),
        ('duration("P1Y") / duration("P5M")', Decimal("2.4")),
        ('date("2025-02-30")', None),
        ("date(2025, 2, 28)", date(2025, 2, 28)),
        ('@"2025-01-01"', date(2025, 1, 1)),
        ('@"PT24H"', timedelta(days=1)),
        ('time("09:30:00")', time(9, 30)),
        ('date and time("2025-01-01T09:30:00Z")', datetime(2025, 1, 1, 9, 30, tzinfo=UTC)),
        ('date(date and time("2025-01-01T09:30:00Z"))', date(2025, 1, 1)),
        ('years and months duration(date("2000-05-10"), date("2025-05-09")).years', Decimal(24)),
        ('date("2025-05-09").month', Decimal(5)),
        ('date("2025-05-09").weekday', Decimal(5)),
        ('duration("P3DT4H").hours', Decimal(4)),
        ('duration("-P1Y2M").months', Decimal(-2)),
        ('date("2025-05-09") < date and time("2025-05-10T00:00:00Z")', None),
        ('date and time("2025-01-01T00:00:00") < date and time("2025-01-01T00:00:00Z")', None),
    ],
)
def test_calendar_calculations(text: str, expected: Any) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("min(3, 1, 2)", Decimal(1)),
        ("max([3, 1, 2])", Decimal(3)),
        ('max(@"2025-01-01", @"2025-02-01")', date(2025, 2, 1)),
        ("min([])", None),
        ("sum(1, 2.5)", Decimal("3.5")),
        ("sum([1, null])", None),
        ("count([1, null])", Decimal(2)),
        ("mean(1, 2)", Decimal("1.5")),
        ("abs(-3)", Decimal(3)),
        ("floor(-1.5)", Decimal(-2)),
        ("ceiling(1.2)", Decimal(2)),
        ("round half up(2.345, 2)", Decimal("2.35")),
        ("round half up(-2.345, 2)", Decimal("-2.35")),
        ("round half down(2.345, 2)", Decimal("2.34")),
        ("decimal(0.125, 2)", Decimal("0.12")),
        ("modulo(-12, 5)", Decimal(3)),
        ('contains("人身意外", "意外")', True),
        ('starts with("PX1", "PX")', True),
        ('ends with("PX1", "2")', False),
        ('string length("保险")', Decimal(2)),
        ('upper case("ab")', "AB"),
        ('substring("保险责任", 3)', "责任"),
        ('substring("保险责任", -2, 1)', "责"),
        ('substring(string: "abc", start position: 2)', "bc"),
        ('substring before("a-b", "-")', "a"),
        ("string length(null)", None),
        ("string(1.50)", "1.5"),
        ('string(duration("P1DT2H"))', "P1DT2H"),
        ('number("12.5")', Decimal("12.5")),
        ("list contains([1, 2], 2)", True),
        ("distinct values([1, 1, 2])", [Decimal(1), Decimal(2)]),
        ('not("x")', None),
        ("all([true, null])", None),
        ("any([true, null])", True),
        ("unheard of(1)", None),
    ],
)
def test_built_in_functions(text: str, expected: Any) -> None:
    known = ("unheard of",)
    assert compile_expression(text, known)({}) == expected


def test_paths_lists_and_filters() -> None:
    lines = [{"code": "A", "amount": 10}, {"code": "B", "amount": 20}]

    assert answer("triage.track", triage={"track": "FAST"}) == "FAST"
    assert answer("triage.track.deep", triage={"track": "FAST"}) is None
    assert answer("sum(lines.amount)", lines=lines) == Decimal(30)
    assert answer("lines[amount > limit].code", lines=lines, limit=15) == ["B"]
    assert answer("lines[-1].code", lines=lines) == "B"
    assert answer("lines[3]", lines=lines) is None
    assert answer("for line in lines return line.amount * 2", lines=lines) == [20, 40]
    assert answer("for a in 1..2, b in 1..2 return a * b") == [1, 2, 2, 4]
    assert answer("some line in lines satisfies line.amount > 15", lines=lines) is True
    assert answer("every line in lines satisfies line.amount > 15", lines=lines) is False
    assert answer("{base: 2, twice: base * 2}.twice") == 4
    assert answer("{double: function(n) n * 2, result: double(4)}.result") == 8


def test_python_values_of_a_context_become_feel_values() -> None:
    class State(Enum):
        OPEN = "OPEN"

    context = {"count": 3, "rate": 0.1, "state": State.OPEN, "tags": ("a",)}

    assert answer("count / 2", **context) == Decimal("1.5")
    assert answer("rate * 3", **context) == Decimal("0.3")
    assert answer('state = "OPEN"', **context) is True
    assert answer('"a" in tags', **context) is True


def test_only_the_names_used_are_taken_from_the_context() -> None:
    class Facts(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            assert name == "amount"
            return super().__getitem__(name)

    expression = compile_expression("amount > 100 and round half up(amount, 0) > 1")

    assert expression.names == {"amount"}
    assert expression.is_true(Facts(amount=200, expensive=object())) is True


def test_a_condition_that_is_null_is_not_true() -> None:
    assert compile_expression("missing > 1").is_true({}) is False
    assert compile_expression("1").is_true({}) is False


def test_names_with_spaces_are_read_when_they_are_known() -> None:
    expression = compile_expression("Monthly  Salary * 12", ["Monthly Salary", "Salary"])

    assert expression.names == {"Monthly Salary"}
    assert expression({"Monthly Salary": 10}) == 120
    assert compile_expression('"Monthly Salary"', ["Monthly Salary"])({}) == "Monthly Salary"


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ("1 +", 3, "表达式“1 +”没有写完。"),
        ("", 0, "表达式为空。"),
        ("1 2", 2, "表达式“1 2”第 3 个字符处无法识别。"),
        ("a ≥ 3", 2, "表达式“a ≥ 3”第 3 个字符“≥”是全角符号，请改用半角“>=”。"),
        ("f（1)", 1, "表达式“f（1)”第 2 个字符“（”是全角符号，请改用半角“(”。"),
        ("__import__('os')", 11, "表达式“__import__('os')”第 12 个字符处无法识别。"),
    ],
)
def test_unreadable_text_names_the_place(text: str, at: int, sentence: str) -> None:
    with pytest.raises(UnreadableExpression) as refused:
        compile_expression(text)

    assert (refused.value.at, str(refused.value)) == (at, sentence)


def test_an_expression_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(UnreadableExpression, match="嵌套过深"):
        compile_expression("[" * 5000 + "]" * 5000)
    with pytest.raises(UnreadableExpression, match="嵌套过深"):
        compile_expression("1" + " + 1" * 5000)
