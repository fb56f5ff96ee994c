"""A decision says why, and prints its table with the row that counted."""

from typing import Any

import pytest
from django.utils.translation import override

from baocheng.engine.decisions.decide import Decided, decide
from baocheng.engine.decisions.dmn import read_decisions
from baocheng.engine.decisions.explanation import explain, printed
from engine.decisions.dmn_text import file, literal, table

INPUTS = [
    ("days", "number", "", "住院天数"),
    ("kind", "string", "", "险种"),
    ("urgent", "boolean", "", "加急"),
]
OUTPUTS = [("track", "string", "", "通道"), ("limit", "number", "", "限额")]


def decided(*cells: str, policy: str = "FIRST", **inputs: Any) -> Decided:
    rules = [(*cells, '"FAST"', "500"), ("-", "-", "-", '"NORMAL"', "0")]
    text = file(table(INPUTS, OUTPUTS, rules, policy=policy))
    return decide(read_decisions(text)[0], inputs)


@pytest.mark.parametrize(
    ("cells", "conditions"),
    [
        ((">= 3", '"人身"', "true"), "住院天数 ≥ 3 且 险种 为 “人身” 且 加急 为 是"),
        (("[3..7)", '"人身","意外"', "-"), "3 ≤ 住院天数 < 7 且 险种 为 “人身”、“意外”"),
        (("not(< 3)", 'not("财产")', "-"), "住院天数 ≥ 3 且 险种 不为 “财产”"),
        (("5", "-", "not(false)"), "住院天数 = 5 且 加急 不为 否"),
        (("< 1, > 3", "-", "-"), "住院天数 < 1 或 住院天数 > 3"),
        (("[1..2], 5", "-", "-"), "1 ≤ 住院天数 ≤ 2 或 住院天数 = 5"),
        (("odd(?)", "not(null)", "-"), "住院天数 满足 odd(?) 且 险种 不为 空"),
        (("? > 1 and ? < 9", "-", "-"), "住院天数 > 1 且 住院天数 < 9"),
        (('not("a", "b")', "-", "-"), "并非（住院天数 为 “a”、“b”）"),
    ],
)
def test_the_sentence_names_the_row_and_its_conditions(
    cells: tuple[str, str, str], conditions: str
) -> None:
    found = decided(*cells, days=5, kind="人身", urgent=True)
    if cells[0].startswith('not("a"'):
        assert found.matched_rows == (2,)
        return

    assert explain(found) == f"第 1 行：{conditions} → 通道 “FAST”，限额 500"


def test_the_sentence_is_in_the_language_of_the_reader() -> None:
    found = decided("[3..7)", '"人身","意外"', "true", days=5, kind="人身", urgent=True)

    with override("en"):
        assert explain(found) == (
            "Row 1: 3 ≤ 住院天数 < 7 and 险种 is “人身”, “意外” and 加急 is Yes"
            " → 通道 “FAST”, 限额 500"
        )


def test_a_row_of_dashes_is_everything_else() -> None:
    assert explain(decided(">= 3", "-", "-", days=1)) == (
        "第 2 行：其他情形 → 通道 “NORMAL”，限额 0"
    )


def test_several_rows_are_told_in_their_order() -> None:
    rules = [("> 1", "1"), ("> 2", "2")]
    text = table(INPUTS[:1], [("n", "", "", "次数")], rules, policy="COLLECT", aggregation="SUM")

    found = decide(read_decisions(file(text))[0], {"days": 5})

    assert explain(found) == "第 1 行：住院天数 > 1；第 2 行：住院天数 > 2 → 3"


def test_an_expression_is_quoted() -> None:
    decision = read_decisions(file(literal("share", "amount * 0.8")))[0]

    assert explain(decide(decision, {"amount": 100})) == "share：amount * 0.8 → 80"


def test_a_default_says_so() -> None:
    text = table(INPUTS[:1], [("y", "")], [("> 9", '"a"')], default='"b"')

    found = decide(read_decisions(file(text))[0], {"days": 1})

    assert explain(found) == "没有适用的行，按默认 → “b”"


def test_the_table_is_printed_with_its_matched_row() -> None:
    found = decided(">= 3", "-", "-", days=5)

    page = printed(found.decision, found.matched_rows)

    assert page is not None
    assert (page.label, page.hit_policy) == ("赔案分流", "F")
    assert [column.label for column in page.inputs] == ["住院天数", "险种", "加急"]
    assert [(row.cells, row.outputs, row.is_matched) for row in page.rows] == [
        ((">= 3", "-", "-"), ('"FAST"', "500"), True),
        (("-", "-", "-"), ('"NORMAL"', "0"), False),
    ]


def test_an_expression_has_no_table() -> None:
    assert printed(read_decisions(file(literal("d", "1")))[0]) is None
