"""What `check` says about a table, in the words people will read."""

from typing import Any

import pytest

from baocheng.engine.decisions.checks import check_decision
from baocheng.engine.decisions.dmn import read_decisions
from engine.decisions.dmn_text import file, input_data, literal, needs, table

INPUTS = [
    ("loss_amount", "number", ">= 0", "损失金额"),
    ("kind", "string", '"人身","财产"', "险种"),
]
OUTPUTS = [("track", "string", '"FAST","NORMAL"', "通道")]


def found(rules: Any, inputs: Any = INPUTS, **options: Any) -> list[tuple[str, str, str, int]]:
    decision = read_decisions(file(table(inputs, OUTPUTS, rules, **options)), "x.dmn")[0]
    findings = [*check_decision(decision)]
    assert {finding.file for finding in findings} <= {"x.dmn"}
    return [(f.place.removeprefix("决策表 claim_triage").strip(), f.code, f.sentence, f.line)
            for f in findings]  # fmt: skip


def test_a_complete_table_has_no_findings() -> None:
    assert found([("< 1000", "-", '"FAST"'), (">= 1000", "-", '"NORMAL"')]) == []


def test_a_gap_is_shown_with_a_case() -> None:
    rules = [("< 1000", "-", '"FAST"'), ("> 1000", '"人身"', '"NORMAL"')]

    assert found(rules) == [
        ("", "decisions.gap",
         "没有规则覆盖：损失金额 = 1000。例如：损失金额 = 1000，险种 为 “人身”。", 2),
        ("", "decisions.gap",
         ("没有规则覆盖：损失金额 ≥ 1000，且 险种 为 “财产”。"
          "例如：损失金额 = 1000，险种 为 “财产”。"), 2),
    ]  # fmt: skip


@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER"])
def test_tables_that_list_answers_may_leave_cases_out(policy: str) -> None:
    assert found([("< 1000", "-", '"FAST"')], policy=policy) == []


def test_a_default_closes_every_gap() -> None:
    assert found([("< 1000", "-", '"FAST"')], default='"NORMAL"') == []


def test_an_overlap_of_a_unique_table_is_shown_with_a_case() -> None:
    rules = [("< 1000", "-", '"FAST"'), ("-", '"人身"', '"NORMAL"'), (">= 1000", "-", '"FAST"')]

    assert found(rules) == [
        ("第 2 行", "decisions.overlap",
         "与第 1 行同时适用，而命中策略要求唯一。例如：损失金额 = 0，险种 为 “人身”。", 4),
        ("第 3 行", "decisions.overlap",
         "与第 2 行同时适用，而命中策略要求唯一。例如：损失金额 = 1000，险种 为 “人身”。", 5),
    ]  # fmt: skip


def test_rules_of_an_any_table_may_overlap_when_they_agree() -> None:
    rules = [("< 1000", "-", '"FAST"'), ("-", "-", '"FAST"')]

    assert found(rules, policy="ANY") == []
    assert [code for _, code, *_ in found([*rules, ("-", "-", '"NORMAL"')], policy="ANY")] == [
        "decisions.overlap",
        "decisions.overlap",
    ]


def test_a_rule_behind_a_catch_all_is_unreachable() -> None:
    rules = [("< 1000", "-", '"FAST"'), ("-", "-", '"NORMAL"'), ("> 5000", "-", '"FAST"')]

    assert found(rules, policy="FIRST") == [
        ("第 3 行", "decisions.unreachable_rule",
         "这一行永远不会生效：它的情形已被前面各行全部覆盖。", 5),
    ]  # fmt: skip


def test_a_rule_that_admits_nothing_is_named() -> None:
    rules = [("< 0", "-", '"FAST"'), ("-", "-", '"NORMAL"')]

    assert [each[:2] for each in found(rules, policy="FIRST")] == [
        ("第 1 行", "decisions.never_matches")
    ]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("> loss_amout", "变量或函数 loss_amout 不存在，是否为 loss_amount？"),
        ("> ceilling(5)", "变量或函数 ceilling 不存在，是否为 ceiling？"),
        ("> today()", "变量或函数 today 不存在。"),
    ],
)
def test_an_unknown_name_comes_with_the_nearest(cell: str, sentence: str) -> None:
    rules = [(cell, "-", '"FAST"'), ("-", "-", '"NORMAL"')]

    assert found(rules, policy="FIRST") == [
        ("第 1 行 损失金额", "decisions.unknown_name", sentence, 3)
    ]


def test_a_text_without_quotes_is_recognised() -> None:
    rules = [("-", "人身", '"FAST"'), ("-", "-", '"NORMAL"')]

    assert found(rules, policy="FIRST")[0][2] == (
        '人身 不是已知的变量；如果是文本，请加半角引号："人身"。'
    )


@pytest.mark.parametrize(
    ("rule", "place", "code"),
    [
        (('"a"', "-", '"FAST"'), "第 1 行 损失金额", "decisions.type_mismatch"),
        (("-", "< 5", '"FAST"'), "第 1 行 险种", "decisions.type_mismatch"),
        (('? + "a" = null', "-", '"FAST"'), "第 1 行 损失金额", "decisions.type_mismatch"),
        (("-", "-", "loss_amount"), "第 1 行 通道", "decisions.type_mismatch"),
        (("-", "-", '"SLOW"'), "第 1 行 通道", "decisions.output_not_allowed"),
        (("floor(?, 1, 2) > 5", "-", '"FAST"'), "第 1 行 损失金额", "decisions.wrong_call"),
    ],
)
def test_values_of_the_wrong_kind_are_found(rule: tuple[str, ...], place: str, code: str) -> None:
    findings = found([rule, ("-", "-", '"NORMAL"')], policy="FIRST")

    assert (place, code) in [each[:2] for each in findings]


def test_entries_of_structures_are_checked() -> None:
    loan = (
        '<itemDefinition name="tLoan"><itemComponent name="amount"><typeRef>number</typeRef>'
        "</itemComponent></itemDefinition>"
    )
    text = file(
        loan,
        input_data("loan", "tLoan"),
        literal("d", "loan.amuont * rate", requirements=needs(inputs=["loan"])),
    )

    findings = [*check_decision(read_decisions(text, "x.dmn")[0])]

    assert [finding.sentence for finding in findings] == [
        "变量或函数 rate 不存在，是否为 date？",
        "loan 没有名为 amuont 的内容，是否为 amount？",
    ]


def test_answers_of_required_decisions_are_typed_too() -> None:
    grade = table([("n", "number")], [("grade", "string")], [("-", '"A"')], key="grade")
    after = literal("after", "grade + 1", requirements=needs(decisions=["grade"]))
    decision = read_decisions(file(grade, after), "x.dmn")[1]

    assert [f.code for f in check_decision(decision)] == ["decisions.type_mismatch"]
