"""DMN files become decisions, or findings that name what is wrong."""

from decimal import Decimal

import pytest

from baocheng.engine.decisions.decide import decide
from baocheng.engine.decisions.definition import Decision, DecisionTable, HitPolicy
from baocheng.engine.decisions.dmn import read_decisions
from baocheng.engine.publishing.findings import Unreadable
from engine.decisions.dmn_text import file, input_data, literal, needs, table

TRIAGE = table(
    [("loss_amount", "number", "", "损失金额")],
    [("track", "string", "", "通道")],
    [("< 1000", '"FAST"'), (">= 1000", '"NORMAL"')],
)


def read_one(*parts: str, **options: str) -> Decision:
    return read_decisions(file(*parts, **options), "claim_triage.dmn")[0]


def findings(text: str) -> list[tuple[str, str, str, int]]:
    with pytest.raises(Unreadable) as refused:
        read_decisions(text, "claim_triage.dmn")
    return [(f.place, f.code, f.sentence, f.line) for f in refused.value.findings]


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_of_dmn_is_read(namespace: str) -> None:
    decision = read_one(TRIAGE, namespace=namespace)

    assert isinstance(decision.logic, DecisionTable)
    assert (decision.key, decision.label, decision.path) == (
        "claim_triage",
        "赔案分流",
        "claim_triage.dmn",
    )
    assert decision.logic.hit_policy is HitPolicy.UNIQUE
    assert [clause.label for clause in decision.logic.inputs] == ["损失金额"]
    assert [output.label for output in decision.logic.outputs] == ["通道"]
    assert decide(decision, {"loss_amount": 5}).outputs == {"track": "FAST"}


def test_a_table_drawn_without_input_data_says_its_inputs_itself() -> None:
    decision = read_one(TRIAGE)

    given = decision.inputs[0]
    assert (given.name, given.label, given.type.kind) == ("loss_amount", "损失金额", "number")


def test_input_data_take_label_and_allowed_values_from_their_column() -> None:
    columns = [("kind", "string", '"人身","财产"', "险种")]
    decision = read_one(
        input_data("kind", "string"),
        table(columns, [("out", "")], [("-", "1")], requirements=needs(inputs=["kind"])),
    )

    given = decision.inputs[0]
    assert given.label == "险种"
    assert given.type.allowed is not None
    assert given.type.allowed.text == '"人身","财产"'


def test_required_decisions_are_answered_first() -> None:
    grade = literal("grade", 'if loss_amount > 100 then "H" else "L"', type_ref="string")
    track = table(
        [("grade", "string", '"H","L"')],
        [("track", "string")],
        [('"H"', '"SLOW"'), ('"L"', '"FAST"')],
        key="track",
        requirements=needs(decisions=["grade"]),
    )

    first, second = read_decisions(file(track, grade))

    assert (first.key, [each.key for each in first.requires]) == ("track", ["grade"])
    assert list(first.all_inputs()) == ["loss_amount"]
    decided = decide(first, {"loss_amount": 200})
    assert decided.outputs == {"track": "SLOW"}
    assert decided.inputs == {"grade": "H"}
    assert [(each.decision.key, each.value) for each in decided.requires] == [("grade", "H")]
    assert second.key == "grade"


def test_business_knowledge_and_boxed_expressions() -> None:
    knowledge = (
        '<businessKnowledgeModel id="b" name="PMT"><encapsulatedLogic>'
        '<formalParameter name="p"/><formalParameter name="r"/><formalParameter name="n"/>'
        "<literalExpression><text>(p*r/12)/(1-(1+r/12)**-n)</text></literalExpression>"
        "</encapsulatedLogic></businessKnowledgeModel>"
    )
    requirement = '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>'
    invocation = (
        f'<decision id="payment" name="Monthly Payment">{requirement}<context>'
        '<contextEntry><variable name="pay"/><invocation>'
        "<literalExpression><text>PMT</text></literalExpression>"
        '<binding><parameter name="p"/><literalExpression><text>600000</text></literalExpression>'
        '</binding><binding><parameter name="r"/><literalExpression><text>0.0375</text>'
        '</literalExpression></binding><binding><parameter name="n"/><literalExpression>'
        "<text>360</text></literalExpression></binding></invocation></contextEntry>"
        "<contextEntry><literalExpression><text>round half up(pay, 2)</text></literalExpression>"
        "</contextEntry></context></decision>"
    )

    assert decide(read_one(knowledge, invocation), {}).value == Decimal("2778.69")


def test_item_definitions_type_structures() -> None:
    loan = (
        '<itemDefinition name="tLoan"><itemComponent name="principal"><typeRef>number</typeRef>'
        '</itemComponent><itemComponent name="Term Months"><typeRef>number</typeRef>'
        "</itemComponent></itemDefinition>"
    )
    decision = read_one(
        loan,
        input_data("loan", "tLoan"),
        literal("d", "loan.principal / loan.Term Months", requirements=needs(inputs=["loan"])),
    )

    decided = decide(decision, {"loan": {"principal": "1200", "Term Months": 12}})

    assert decided.outputs == {"d": Decimal(100)}


def test_every_error_of_a_file_is_reported_at_once() -> None:
    broken = table(
        [("loss_amount", "nunber", "", "损失金额")],
        [("track", "string", "", "通道")],
        [("< ", "1 +"), ("5",)],
        policy="SOMEHOW",
    )

    found = findings(file('<decisionService id="s"/>', broken, '<decision id="q" name="q"/>'))

    table_place = "决策表 claim_triage"
    assert found == [
        ("文件", "decisions.unsupported_element",
         "本系统不支持 DMN 元素 decisionService，请改用决策表或 FEEL 表达式。", 2),
        (f"{table_place} 输入列 1 损失金额", "decisions.unknown_type",
         "类型 nunber 不存在，是否为 number？", 3),
        (f"{table_place} 第 1 行 损失金额", "decisions.cell_syntax", "表达式“<”没有写完。", 4),
        (f"{table_place} 第 1 行 通道", "decisions.expression_syntax",
         "表达式“1 +”没有写完。", 4),
        (f"{table_place} 第 2 行", "decisions.cell_count",
         "应有 1 个输入格和 1 个输出格。", 5),
        (table_place, "decisions.unsupported_hit_policy", "命中策略 SOMEHOW 不受支持。", 3),
        ("决策 q", "decisions.no_logic", "没有决策表或表达式。", 6),
    ]  # fmt: skip


def test_cycles_and_missing_requirements_are_refused() -> None:
    found = findings(
        file(
            literal("a", "b + 1", requirements=needs(decisions=["b"])),
            literal("b", "a + c", requirements=needs(decisions=["a", "d"])),
        )
    )

    assert [(place, code) for place, code, _sentence, _line in found] == [
        ("决策 b", "decisions.cycle"),
        ("决策 b", "decisions.unknown_requirement"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no xml", "decisions.not_xml"),
        ("<process/>", "decisions.not_dmn"),
        ('<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]><definitions/>',
         "decisions.doctype"),
        ("<definitions/>", "decisions.no_decision"),
    ],
)  # fmt: skip
def test_files_that_are_no_dmn_are_refused(text: str, code: str) -> None:
    assert [found[1] for found in findings(text)] == [code]


@pytest.mark.parametrize(
    "box",
    [
        "<conditional/>",
        "<filter/>",
        '<literalExpression expressionLanguage="juel"><text>1</text></literalExpression>',
        '<functionDefinition kind="Java"/>',
    ],
)
def test_unsupported_boxes_are_refused_by_name(box: str) -> None:
    found = findings(file(f'<decision id="d" name="d">{box}</decision>'))

    assert found[0][1] in ("decisions.unsupported_element", "decisions.unsupported_language")
