"""Examples beside a table are run, and every row that comes out otherwise is told."""

from baocheng.engine.decisions.content import DECISION
from baocheng.engine.decisions.dmn import read_decisions
from baocheng.engine.decisions.examples import Examples, check_examples
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.kinds import register_kind
from engine.decisions.dmn_text import file, literal, needs, table

TRIAGE = file(
    table(
        [("loss_amount", "number", ">= 0", "损失金额"), ("on", "date", "", "出险日")],
        [("track", "string", "", "通道"), ("share", "number")],
        [("< 1000", "-", '"FAST"', "0.8"), (">= 1000", "-", '"NORMAL"', "null")],
    )
)


def sentences(text: str, dmn: str = TRIAGE) -> list[tuple[str, str]]:
    examples = Examples.read("x.cases.csv", text)
    found = [*check_examples(examples, read_decisions(dmn, "x.dmn"))]
    assert {finding.file for finding in found} <= {"x.cases.csv"}
    return [(finding.place, finding.sentence) for finding in found]


def test_examples_that_hold_say_nothing() -> None:
    text = (
        "loss_amount,on,=track,=share,说明\r\n"
        "999.99,2025-01-01,FAST,0.80,小额\r\n"
        '1000,,NORMAL,,"大额，\r\n两行"\r\n'
        ",,,,\r\n"
    )

    assert sentences(text) == []


def test_a_row_that_comes_out_otherwise_is_told() -> None:
    text = "loss_amount,=track,=share\n500,NORMAL,0.8\n5000,NORMAL,0.8\n"

    assert sentences(text) == [
        ("第 2 行", "track 应为“NORMAL”，实为“FAST”（命中第 1 行）。"),
        ("第 3 行", "share 应为0.8，实为空（命中第 2 行）。"),
    ]


def test_a_row_that_cannot_be_decided_is_told() -> None:
    assert sentences("loss_amount,=track\n-5,FAST\n") == [
        ("第 2 行", "没有得出结果：“损失金额”的取值“-5”不在允许范围内：>= 0。")
    ]


def test_columns_without_a_meaning_are_told() -> None:
    assert sentences("loss_amout,=trak\n") == [
        ("表头", "列 loss_amout 既不是输入，也不是“=输出”，是否为 loss_amount？"),
        ("表头", "列 =trak 既不是输入，也不是“=输出”，是否为 =track？"),
    ]
    assert sentences("loss_amount\n") == [("表头", "没有任何“=输出”列，示例没有检验任何结果。")]


def test_the_decision_that_no_other_requires_is_meant() -> None:
    dmn = file(
        literal("twice", "amount * 2", type_ref="number"),
        literal("plus", "twice + 1", requirements=needs(decisions=["twice"])),
    )

    assert sentences("amount,=plus\n2,5\n", dmn) == []
    assert sentences("决策,amount,=\ntwice,2,4\nplus,2,5\n", dmn) == []
    assert sentences("决策,amount,=\ntwize,2,4\n", dmn) == [
        ("第 2 行", "请在“决策”列写明要检验的决策，是否为 twice？")
    ]


def test_a_handbook_reads_checks_and_exemplifies_its_tables() -> None:
    register_kind(DECISION)
    files = {
        "claims/triage.dmn": TRIAGE,
        "claims/triage.cases.csv": "loss_amount,=track\n500,NORMAL\n",
        "claims/broken.dmn": "<definitions/>",
    }

    handbook = Handbook(files)

    assert list(handbook.keys("decision")) == ["claim_triage"]
    assert [(finding.file, finding.code) for finding in handbook.check()] == [
        ("claims/broken.dmn", "decisions.no_decision"),
        ("claims/triage.cases.csv", "decisions.example"),
    ]
