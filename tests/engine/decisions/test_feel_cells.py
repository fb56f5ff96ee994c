"""The cells of a table are conditions on their input."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from baocheng.engine.decisions.feel.closures import closure
from baocheng.engine.decisions.feel.parser import parse_cell
from baocheng.engine.decisions.feel.values import to_feel


def admits(cell: str, value: Any, **scope: Any) -> Any:
    names = {name: to_feel(each) for name, each in scope.items()}
    return closure(parse_cell(cell))({**names, "?": to_feel(value)})


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True),
        ("", 5, True),
        ("< 5", 4, True),
        ("< 5", 5, False),
        ("<= 5", 5, True),
        ("!= 5", 5, False),
        ("5", 5, True),
        ("-5", -5, True),
        ("[1..10)", 1, True),
        ("[1..10)", 10, False),
        ("(1..10]", 1, False),
        ("(1..10]", 10, True),
        ("]1..10[", 10, False),
        ("< 1, > 10", 11, True),
        ('"a","b"', "b", True),
        ('not("a","b")', "b", False),
        ('not("a","b")', "c", True),
        ("not(< 5)", 5, True),
        ("not([1..3], 7)", 7, False),
        ("true", True, True),
        ("false", True, False),
        ("? > 5 and ? < 7", 6, True),
        ("string length(?) = 2", "保险", True),
        ("? * 2 > 5", 3, True),
        ('date("2025-01-01")', date(2025, 1, 1), True),
        ('[date("2025-01-01")..date("2025-12-31")]', date(2025, 12, 31), True),
        ("[1, 2]", 2, True),
        ("5", "5", None),
    ],
)
def test_a_cell_answers_for_its_input(cell: str, value: Any, expected: bool | None) -> None:
    assert admits(cell, value) is expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("null", True),
        ("not(null)", False),
        ("< 5", None),
        ("[1..5]", None),
        ("not(< 5)", None),
        ('"a"', False),
        ('not("a")', True),
        ('null, "a"', True),
        ("? = null", True),
    ],
)
def test_a_null_input_is_admitted_only_where_null_is_meant(
    cell: str, expected: bool | None
) -> None:
    assert admits(cell, None) is expected


def test_a_cell_may_speak_of_other_names() -> None:
    assert admits("> limit", Decimal(5), limit=4) is True
    assert admits("> limit", Decimal(5), limit=None) is None
    assert admits("[low..high]", 5, low=1, high=None) is None
    assert admits("[low..high]", 0, low=1, high=None) is False
