"""Gaps, overlaps and unreachable rules are exactly those that trying every case would find."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.engine.decisions import coverage as coverage_module
from baocheng.engine.decisions.coverage import Coverage, TooManyBoxes
from baocheng.engine.decisions.definition import DecisionTable
from baocheng.engine.decisions.dmn import read_decisions
from baocheng.engine.decisions.feel.closures import closure
from baocheng.engine.decisions.feel.parser import parse_cell
from baocheng.engine.decisions.table import columns_of
from engine.decisions.dmn_text import file, table

NUMBER_CELLS = st.sampled_from(
    ["-", "< 2", "<= 2", "> 1", ">= 1", "[1..2]", "(1..2)", "[1..2)", "1", "1, 2", "not(1)",
     "not([1..2])", "< 1, > 2", "? = 1 or ? > 2"]
)  # fmt: skip
TEXT_CELLS = st.sampled_from(["-", '"a"', '"b"', '"a","b"', 'not("a")'])
FLAG_CELLS = st.sampled_from(["-", "true", "false", "not(true)"])
ROWS = st.lists(st.tuples(NUMBER_CELLS, TEXT_CELLS, FLAG_CELLS), min_size=1, max_size=6)

COLUMNS = [("n", "number"), ("t", "string"), ("f", "boolean")]
# One value of every piece that the cells above can tell apart.
CASES = [
    *product(
        map(Decimal, ("0", "1", "1.5", "2", "3")),
        ("a", "b", "else"),
        (True, False),
    )
]


def covered(rows: list[Any], columns: Any = COLUMNS, **options: Any) -> tuple[Coverage, Any]:
    text = table(columns, [("out", "")], [(*row, "1") for row in rows], **options)
    logic = read_decisions(file(text))[0].logic
    assert isinstance(logic, DecisionTable)
    return Coverage(logic, columns_of(logic)), logic


def admits(cells: Any, case: Any) -> bool:
    return all(
        closure(parse_cell(cell))({"?": value}) is True
        for cell, value in zip(cells, case, strict=True)
    )


def samples(box: Any) -> list[Any]:
    return [tuple(values) for values in product(*([s.sample for s in slots] for slots in box))]


@given(ROWS)
def test_gaps_are_the_cases_that_no_rule_admits(rows: list[Any]) -> None:
    left_out = {case for case in CASES if not any(admits(row, case) for row in rows)}

    found, _table = covered(rows)
    gaps = [*found.gaps(most=100)]

    assert bool(gaps) == bool(left_out)
    for gap in gaps:
        assert not any(admits(row, case) for row in rows for case in samples(gap))
    inside = {case for gap in gaps for case in CASES if _lies_in(case, gap, found.whole())}
    assert inside == left_out


def _lies_in(case: Any, box: Any, whole: Any) -> bool:
    return all(
        _slot_of(value, possible) in slots
        for value, slots, possible in zip(case, box, whole, strict=True)
    )


def _slot_of(value: Any, slots: Any) -> Any:
    for slot in slots:
        if slot.extent.name == "OPEN":
            above = slot.low is None or value > slot.low
            if above and (slot.high is None or value < slot.high):
                return slot
        elif slot.extent.name == "POINT" and slot.sample == value:
            return slot
    return next(slot for slot in slots if slot.extent.name == "OTHER")


@given(ROWS)
def test_overlaps_are_the_pairs_that_share_a_case(rows: list[Any]) -> None:
    expected = {
        (first + 1, second + 1)
        for second in range(len(rows))
        for first in range(second)
        if any(admits(rows[first], case) and admits(rows[second], case) for case in CASES)
    }

    overlaps = [*covered(rows)[0].overlaps()]

    assert {(each.first, each.second) for each in overlaps} == expected
    for each in overlaps:
        case = samples(each.box)[0]
        plain = [value if not isinstance(value, dict) else None for value in case]
        for number in (each.first, each.second):
            cells = zip(rows[number - 1], plain, strict=True)
            assert all(value is None or admits([cell], [value]) for cell, value in cells)


@given(ROWS)
def test_unreachable_rules_are_those_whose_cases_are_all_taken(rows: list[Any]) -> None:
    expected = []
    for index, row in enumerate(rows):
        own = [case for case in CASES if admits(row, case)]
        if own and all(any(admits(r, case) for r in rows[:index]) for case in own):
            expected.append(index + 1)

    assert [*covered(rows)[0].unreachable()] == expected


@given(ROWS)
def test_rules_that_admit_nothing_are_found(rows: list[Any]) -> None:
    expected = [
        number for number, row in enumerate(rows, 1) if not any(admits(row, case) for case in CASES)
    ]

    assert [*covered(rows)[0].never_matching()] == expected


def test_a_first_table_with_a_catch_all_has_no_gap() -> None:
    found, _table = covered([("< 2", '"a"', "true"), ("-", "-", "-")])

    assert [*found.gaps()] == []
    assert found.is_exact


def test_allowed_values_bound_what_can_be_missing() -> None:
    columns = [("n", "number", "[0..10]"), ("t", "string", '"a","b"')]

    assert [*covered([("< 5", "-"), (">= 5", '"a","b"')], columns)[0].gaps()] == []
    assert [*covered([("< 5", "-"), ("> 5", "-")], columns)[0].gaps()] != []


def test_null_has_to_be_covered_only_where_the_column_speaks_of_it() -> None:
    column = [("n", "number")]

    assert [*covered([("< 5",), (">= 5",)], column)[0].gaps()] == []
    assert [*covered([("< 5",), (">= 5",), ("null",)], column)[0].gaps()] == []
    silent, _table = covered([("not(null)",)], column)
    assert [slot.extent.name for slot in next(silent.gaps())[0]] == ["NULL"]


def test_whole_numbers_leave_nothing_between_neighbours() -> None:
    rows = [("<= 3",), (">= 4",)]

    assert [*covered(rows, [("n", "integer")])[0].gaps()] == []
    assert [*covered(rows, [("n", "number")])[0].gaps()] != []


def test_neighbouring_days_leave_nothing_between_them() -> None:
    rows = [('<= date("2025-01-01")',), ('>= date("2025-01-02")',)]

    assert [*covered(rows, [("d", "date")])[0].gaps()] == []


def test_cells_that_cannot_be_analysed_are_given_the_benefit_of_the_doubt() -> None:
    free, _table = covered([("odd(?)",), ("even(?)",)], [("n", "number")])

    assert [*free.gaps()] == []
    assert [*free.overlaps()] == []
    assert [*free.unreachable()] == []
    assert not free.is_exact


def test_columns_that_look_at_the_same_thing_prove_nothing() -> None:
    columns = [("claim.amount", "number"), ("claim.amount > 5", "boolean")]
    same, _table = covered([("<= 5", "false"), ("> 5", "true")], columns)

    assert ([*same.gaps()], [*same.overlaps()], same.is_exact) == ([], [], False)

    columns = [("claim.amount", "number"), ("claim.kind", "string")]
    assert covered([("<= 5", "-"), ("> 5", "-")], columns)[0].is_exact


def test_a_search_without_end_claims_nothing(monkeypatch: Any) -> None:
    monkeypatch.setattr(coverage_module, "EFFORT", 0)
    found, _table = covered([("< 2", '"a"', "true"), (">= 2", "-", "-")])

    with pytest.raises(TooManyBoxes):
        next(found.gaps())
