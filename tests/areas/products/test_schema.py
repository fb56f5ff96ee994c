"""A file with errors is refused with all of them, each at its line."""

from collections.abc import Mapping

import pytest

from baocheng.areas.products.check import check_product
from baocheng.areas.products.schema import parse_product
from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.kinds import SourceFile

NAME = "million_medical.product.yaml"
CASES = "million_medical.cases.json"


def findings(
    files: Mapping[str, str], *changes: tuple[str, str], name: str = NAME
) -> list[Finding]:
    text = files[name]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    changed = {**files, name: text}
    try:
        (product,) = parse_product(SourceFile(NAME, changed[NAME], changed))
    except Unreadable as unreadable:
        return unreadable.findings
    return check_product(product)


def line_of(files: Mapping[str, str], text: str, name: str = NAME) -> int:
    return files[name].split(text)[0].count("\n") + 1


def test_every_error_of_the_file_is_reported_at_once(files: Mapping[str, str]) -> None:
    found = findings(
        files,
        ("version: 2026-01\n", ""),
        ("sold_from:", "sold_form:"),
        ("3000.00", "3000.001"),
        ("insurance_class: health", "insurance_class: helth"),
        ("waiting_period:", "waiting_periode:"),
        ("ratio: 60%", "ratio: 0.6"),
        ("per: policy_year", "per: policy_yaer"),
        ("extended_days: 30", "extended_days: thirty"),
    )

    assert [(each.code, each.place, each.sentence) for each in found] == [
        ("products.unknown_key", "文件", "不认识“sold_form”这一项，是否为 sold_from？"),
        (
            "products.wrong_value",
            "insurance_class",
            "“helth”不在可选值 health、accident、motor 之内，是否为 health？",
        ),
        ("products.missing_key", "文件", "缺少“version”这一项。"),
        ("products.missing_key", "文件", "缺少“sold_from”这一项。"),
        ("products.wrong_value", "fast_lane_amount", "“3000.001”应为不为负、最多两位小数的金额。"),
        (
            "products.wrong_value",
            "coverages.1.plan.1.cover_period.extended_days",
            "“thirty”应为整数。",
        ),
        (
            "products.unknown_step",
            "coverages.1.plan.2",
            "没有“waiting_periode”这种计算步骤，是否为 waiting_period？",
        ),
        (
            "products.wrong_value",
            "coverages.1.plan.6.deductible.per",
            "“policy_yaer”不在可选值 loss、policy_year、lifetime 之内，是否为 policy_year？",
        ),
        (
            "products.wrong_value",
            "coverages.1.plan.7.ratio.rows.2.ratio",
            "“0.6”应为 0% 至 100% 的百分数。",
        ),
    ]
    assert found[-1].line == line_of(files, "ratio: 60%") - 1


@pytest.mark.parametrize(
    ("old", "new", "code", "sentence"),
    [
        ('clause: "2.6"', 'clause: "2.66"', "unknown_clause", "条款“2.66”不存在，是否为 2.6？"),
        ('scope: "2.1"', 'scope: "9"', "unknown_clause", "条款“9”不存在。"),
        (
            "heads: [bed], amount",
            "heads: [beds], amount",
            "unknown_head",
            "本责任的项目“beds”不存在，是否为 bed？",
        ),
        ("heads: [bed, ", "heads: [", "unused_head", "没有任何责任接受项目“bed”。"),
        ("amount: 10000.00", "amount: chosen", "unknown_term", "可选金额“chosen”不存在。"),
        (
            '"2.2", days: 30}',
            '"2.2", days: 181}',
            "waiting_above_law",
            "等待期 181 天超过法定上限 180 天。",
        ),
        (
            "            - {ratio: 60%}\n",
            "",
            "ratio_gap",
            "比例表须以一行不带条件的比例结尾，且只有最后一行不带条件。",
        ),
        (
            "payers: [social_insurance, other_insurer, liable_party]",
            "payers: [social_insurance]",
            "payer_not_taken",
            "“other_insurer”的支付须先由 other_payer 步骤扣除，才能抵扣免赔额。",
        ),
        (
            "accumulator: general_limit",
            "accumulator: annual_deductible",
            "accumulator_differs",
            "累计“annual_deductible”与第 45 行的用途、期间或归属不同。",
        ),
    ],
)
def test_wrong_reference_or_order_is_found(
    files: Mapping[str, str], old: str, new: str, code: str, sentence: str
) -> None:
    found = findings(files, (old, new))

    assert (f"products.{code}", sentence) in [(each.code, each.sentence) for each in found]
    assert all(each.line for each in found)


def test_step_after_a_limit_is_refused(files: Mapping[str, str]) -> None:
    late = '          per: policy_year\n      - ratio: {clause: "2.7", rows: [{ratio: 90%}]}\n'
    text = files[NAME].rstrip("\n")
    assert text.endswith("          per: policy_year")
    changed = {**files, NAME: text.removesuffix("          per: policy_year") + late}
    (product,) = parse_product(SourceFile(NAME, changed[NAME], changed))

    assert [(each.code, each.place) for each in check_product(product)] == [
        ("products.step_after_limit", "general_medical.ratio")
    ]


def test_wrong_example_says_what_was_calculated(files: Mapping[str, str]) -> None:
    found = findings(files, ('"paid": "12000.00"', '"paid": "12000.01"'), name=CASES)

    assert [(each.file, each.code, each.sentence) for each in found] == [
        (
            CASES,
            "products.example_differs",
            (
                "第 1 项应为申请 30000.00、赔付 12000.01、扣减 DEDUCTIBLE 10000.00、RATIO 8000.00，"
                "算得申请 30000.00、赔付 12000.00、扣减 DEDUCTIBLE 10000.00、RATIO 8000.00。"
            ),
        )
    ]


def test_product_without_examples_is_refused(files: Mapping[str, str]) -> None:
    alone = {NAME: files[NAME]}
    (product,) = parse_product(SourceFile(NAME, files[NAME], alone))

    assert [each.code for each in check_product(product)] == ["products.no_examples"]


@pytest.mark.parametrize("text", ["", "key: [", "- 1", "key: a\nkey: b"])
def test_broken_yaml_is_refused_with_a_line(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_product(SourceFile(NAME, text, {}))

    assert refused.value.findings
    assert all(each.line >= 1 for each in refused.value.findings)
