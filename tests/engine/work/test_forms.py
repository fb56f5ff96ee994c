from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.engine.publishing.findings import Unreadable
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.kinds import SourceFile
from baocheng.engine.work import forms
from baocheng.engine.work.answers import validate
from baocheng.engine.work.forms import (
    FieldType,
    Form,
    Option,
    check_form,
    parse_form,
    register_options,
)
from baocheng.kernel.problems import Problems
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2025, 9, 26, 12, 0, tzinfo=SHANGHAI)

GOOD = """\
id: decide_liability
title: 责任认定
operation: claims.decide_liability
role: claims_assessor
four_eyes_with: [calculate]
facts: [amount_needed]
authority: {kind: claim_payment, amount: payable_amount}
fields:
  - {name: is_covered, label: 属于保险责任, type: boolean, required: true}
  - {name: reason, label: 理由, type: textarea, required_when: is_covered = false, min: 5, max: 20}
  - {name: amount, label: 金额, type: amount, required_when: amount_needed = true}
  - {name: days, label: 天数, type: integer, min: 0, max: 180}
  - {name: loss_on, label: 出险日期, type: date, min: 2020-01-01, max: today}
  - {name: loss_at, label: 出险时间, type: datetime, max: today}
  - name: cause
    label: 出险原因
    type: choice
    options:
      - {value: illness, label: 疾病}
      - {value: accident, label: 意外}
  - {name: hospitals, label: 医院, type: choices, options_from: tests.hospitals, max: 2}
  - {name: files, label: 影像, type: files, max: 3}
  - name: reviewed
    label: 单证核对
    type: checklist
    options:
      - {value: identity, label: 身份证件}
      - {value: invoice, label: 发票, required: false}
  - name: lines
    label: 明细
    type: lines
    max: 2
    columns:
      - {name: item, label: 项目, type: text, required: true}
      - {name: amount, label: 金额, type: amount, required: true}
      - {name: note, label: 说明, type: text, required_when: amount > 100}
"""


@pytest.fixture(autouse=True)
def hospitals() -> None:
    register_options("tests.hospitals", lambda stream: [Option(value="h1", label="一院")])


def parse(text: str = GOOD) -> Form:
    (form,) = parse_form(SourceFile("x.form.yaml", text, {}))
    return form


def typed(answers: dict[str, Any], **facts: Any) -> dict[str, Any]:
    needed = {"is_covered": True, "reviewed": ["identity"]}
    found = validate(parse(), needed | answers, at=NOON, facts=facts)
    return {name: value for name, value in found.items() if name in answers}


def problems(answers: dict[str, Any], **facts: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(Problems) as refusal:
        typed(answers, **facts)
    return [(one.fields[0], one.code, str(one)) for one in refusal.value.problems]


def test_a_file_gives_its_form() -> None:
    form = parse()

    assert (form.key, form.operation, form.role) == (
        "decide_liability",
        "claims.decide_liability",
        "claims_assessor",
    )
    assert form.four_eyes_with == ("calculate",)
    assert form.authority == forms.FormAuthority(kind="claim_payment", amount="payable_amount")
    assert [field.type for field in form.fields] == [
        FieldType.BOOLEAN,
        FieldType.TEXTAREA,
        FieldType.AMOUNT,
        FieldType.INTEGER,
        FieldType.DATE,
        FieldType.DATETIME,
        FieldType.CHOICE,
        FieldType.CHOICES,
        FieldType.FILES,
        FieldType.CHECKLIST,
        FieldType.LINES,
    ]
    assert list(check_form(form, Handbook({}))) == []


def test_every_error_of_a_form_is_found_at_once_with_its_line() -> None:
    text = """\
id: broken
fields:
  - {name: a, label: 甲, type: txt}
  - {name: a, label: 乙, type: choice}
  - {name: 金额, label: 金额, type: amount, max: much}
  - name: lines
    label: 明细
    type: lines
  - name: reason
    label: 理由
    type: text
    required_when: resaon = 1
  - {name: when, label: 时间, type: date, min: soon, require: true}
"""
    with pytest.raises(Unreadable) as refusal:
        parse(text)

    assert [(one.line, one.code) for one in refusal.value.findings] == [
        (1, "work.missing_key"),
        (3, "work.wrong_value"),
        (4, "work.wrong_options"),
        (4, "work.repeated_field"),
        (5, "work.wrong_value"),
        (5, "work.wrong_name"),
        (6, "work.missing_key"),
        (12, "work.unknown_name"),
        (13, "work.wrong_value"),
        (13, "work.unknown_key"),
    ]


def test_check_names_a_source_of_options_that_does_not_exist() -> None:
    form = parse(GOOD.replace("tests.hospitals", "tests.hospital"))

    (found,) = check_form(form, Handbook({}))
    assert (found.code, found.place) == ("work.unknown_options", "hospitals")
    assert found.sentence.endswith("是否为 tests.hospitals？")


def test_check_names_a_role_that_does_not_exist() -> None:
    handbook = Handbook({})
    handbook._definitions["role"] = {"claims_assesor": object()}

    assert [(found.code, found.sentence) for found in check_form(parse(), handbook)] == [
        ("work.unknown_role", "岗位“claims_assessor”不存在，是否为 claims_assesor？")
    ]


def test_answers_become_typed_values() -> None:
    file = "0196f1c2-0000-7000-8000-000000000001"
    assert typed(
        {
            "reason": "  属于责任范围  ",
            "amount": "1,234.50",
            "days": "30",
            "loss_on": "2025-09-26",
            "loss_at": "2025-09-26T08:30",
            "cause": "illness",
            "hospitals": "h1",
            "files": [file, file],
            "reviewed": ["identity"],
            "lines": [{"item": "床位费", "amount": "80"}],
        }
    ) == {
        "reason": "属于责任范围",
        "amount": Decimal("1234.50"),
        "days": 30,
        "loss_on": date(2025, 9, 26),
        "loss_at": datetime(2025, 9, 26, 8, 30, tzinfo=SHANGHAI),
        "cause": "illness",
        "hospitals": ["h1"],
        "files": [UUID(file)],
        "reviewed": ["identity"],
        "lines": [{"item": "床位费", "amount": Decimal("80.00"), "note": None}],
    }


def test_empty_answers_are_none() -> None:
    assert typed({"reason": " ", "amount": "", "files": [], "cause": None}) == {
        "reason": None,
        "amount": None,
        "files": None,
        "cause": None,
    }


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("amount", "1.005", "kernel.invalid_amount"),
        ("amount", "-1", "kernel.invalid_amount"),
        ("amount", 1.5, "kernel.invalid_amount"),
        ("amount", {}, "kernel.invalid_amount"),
        ("days", "1.5", "work.wrong_answer"),
        ("days", True, "work.wrong_answer"),
        ("days", "²", "work.wrong_answer"),
        ("days", "9" * 40, "work.out_of_bounds"),
        ("days", 181, "work.out_of_bounds"),
        ("days", -1, "work.out_of_bounds"),
        ("loss_on", "2025-02-30", "work.wrong_answer"),
        ("loss_on", "2025-09-27", "work.out_of_bounds"),
        ("loss_on", "2019-12-31", "work.out_of_bounds"),
        ("loss_at", "2025-09-27T00:00", "work.out_of_bounds"),
        ("loss_at", "0001-01-01T00:00+23:00", "work.wrong_answer"),
        ("cause", "war", "work.unknown_choice"),
        ("cause", ["illness"], "work.unknown_choice"),
        ("hospitals", ["h1", "h2"], "work.unknown_choice"),
        ("hospitals", {"h1": 1}, "work.wrong_answer"),
        ("files", ["x"], "work.wrong_answer"),
        ("reviewed", ["invoice"], "work.unticked"),
        ("reason", "太短", "work.out_of_bounds"),
        ("reason", "长" * 21, "work.out_of_bounds"),
        ("reason", ["列表"], "work.wrong_answer"),
        ("is_covered", "maybe", "work.wrong_answer"),
        ("lines", "x", "work.wrong_answer"),
        ("lines", ["x"], "work.wrong_answer"),
        ("lines", [{"item": "a", "amount": 1}] * 3, "work.out_of_bounds"),
        ("other", "x", "work.unknown_field"),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field(name: str, value: object, code: str) -> None:
    assert [found[:2] for found in problems({name: value})] == [(name, code)]


def test_a_checklist_that_was_not_looked_at_is_missing() -> None:
    assert problems({"reviewed": []}) == [("reviewed", "work.required", "请填写“单证核对”。")]


def test_all_problems_come_together_with_their_paths() -> None:
    found = problems(
        {
            "is_covered": False,
            "lines": [{"amount": "0.001"}, {"item": "药费", "amount": "150", "size": "x"}],
        },
        amount_needed=True,
    )

    assert sorted(found) == [
        ("amount", "work.required", "请填写“金额”。"),
        (
            "lines.0.amount",
            "kernel.invalid_amount",
            "金额“0.001”无效：请填写不为负、最多两位小数的人民币金额。",
        ),
        ("lines.0.item", "work.required", "请填写“项目”。"),
        ("lines.1.note", "work.required", "请填写“说明”。"),
        ("lines.1.size", "work.unknown_field", "表单中没有“size”这一项。"),
        ("reason", "work.required", "请填写“理由”。"),
    ]


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
_NAMES = st.sampled_from([field.name for field in parse_form(SourceFile("x", GOOD, {}))[0].fields])


@given(st.dictionaries(_NAMES | st.text(max_size=5), _ANYTHING, max_size=6))
def test_whatever_is_sent_is_typed_or_refused(answers: dict[str, Any]) -> None:
    try:
        found = validate(parse(), answers, at=NOON)
    except Problems as refusal:
        found = {one.fields[0]: str(one) for one in refusal.problems}

    assert found
