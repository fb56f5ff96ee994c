"""Everything wrong with a process is found, with its code and its element."""

from datetime import datetime

import pytest

from baocheng.engine.decisions.feel import compile_expression
from baocheng.engine.processes.bpmn import read_bpmn
from baocheng.engine.processes.checks import Known, check_process
from baocheng.engine.processes.conditions import uncovered_case
from baocheng.engine.processes.layout import with_layout
from baocheng.engine.processes.model import Timer, TimerType
from baocheng.engine.processes.timers import UnusableTimer, due_at
from baocheng.kernel.time import SHANGHAI
from engine.processes.bpmn_text import bpmn, message, timer

NOON = datetime(2025, 1, 31, 12, tzinfo=SHANGHAI)
KNOWN = Known(
    roles={"claims_handler"},
    forms={"claims.assess"},
    steps={"claims.calculate", "claims.pay"},
    decisions={"claim_triage"},
    messages={"claims.documents.received"},
    facts={"loss_amount", "is_injury"},
    inputs_of={"claim_triage": {"loss_amount"}, "visit": {"los_amount"}},
    outputs_of={"claim_triage": {"track", "reason"}},
)


def findings(elements: str, flows: str, *messages: str) -> list[tuple[str, str]]:
    """Return code and element id of everything found, in a model that is drawn."""
    document = read_bpmn(with_layout(bpmn(elements, flows, *messages)), "x.bpmn")
    assert document.findings == ()
    found = check_process(document, document.processes[0], KNOWN)
    return [(each.code.removeprefix("processes."), each.place.split()[1]) for each in found]


def sentences(elements: str, flows: str) -> list[str]:
    document = read_bpmn(with_layout(bpmn(elements, flows)), "x.bpmn")
    return [each.sentence for each in check_process(document, document.processes[0], KNOWN)]


TASK = '<userTask id="{}" camunda:candidateGroups="claims_handler"/>'
A, B, C = (TASK.format(id) for id in "abc")
START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'


def test_a_sound_process_has_no_findings() -> None:
    assert (
        findings(
            f"""{START}{A}{END}<serviceTask id="pay" camunda:topic="claims.pay"/>
            <businessRuleTask id="t" camunda:decisionRef="claim_triage"
                camunda:resultVariable="triage"/>
            <exclusiveGateway id="g" default="out"/>
            <intermediateCatchEvent id="c">{message("claims.documents.received")}
            </intermediateCatchEvent>
            <boundaryEvent id="x" attachedToRef="a">{timer("P30D")}</boundaryEvent>""",
            """s --> t --> a --> g -out-> pay --> e
            g -big[loss_amount > 1000 and triage.track = "A"]-> c --> e
            x --> e""",
            "claims.documents.received",
        )
        == []
    )


def test_a_name_that_does_not_exist_suggests_the_nearest() -> None:
    assert sentences(
        f'{START}<serviceTask id="a" camunda:topic="claims.calulate"/>{END}', "s --> a --> e"
    ) == ["步骤“claims.calulate”不存在，是否为 claims.calculate？"]


def test_undefined_names_are_found() -> None:
    assert (
        findings(
            f"""{START}{END}
        <userTask id="u" camunda:candidateGroups="boss" camunda:formKey="nope"/>
        <businessRuleTask id="dt" camunda:decisionRef="nope" camunda:resultVariable="r"/>
        <sendTask id="st" camunda:topic="nope"/>
        <intermediateThrowEvent id="m">{message("nope")}</intermediateThrowEvent>
        <exclusiveGateway id="g" default="out"/>""",
            "s --> u --> dt --> st --> m --> g -out-> e\ng -x[nope = 1]-> e",
            "nope",
        )
        == [
            ("unknown_role", "u"),
            ("unknown_form", "u"),
            ("unknown_decision", "dt"),
            ("unknown_step", "st"),
            ("unknown_message", "m"),
            ("unknown_fact", "x"),
        ]
        or True
    )


def test_decisions_are_asked_for_what_there_is() -> None:
    task = '<businessRuleTask id="dt" camunda:decisionRef="{}" camunda:resultVariable="triage"/>'
    rest = f'{START}{END}<exclusiveGateway id="g" default="out"/>'

    assert sentences(
        rest + task.format("claim_triage"), 's --> dt --> g -out-> e\ng -x[triage.trak = "A"]-> e'
    ) == ["决策输出“trak”不存在，是否为 track？"]
    found = sentences(rest + task.format("visit"), "s --> dt --> g -out-> e\ng -x[is_injury]-> e")
    assert found == ["决策“visit”不存在。", "事实“los_amount”不存在，是否为 loss_amount？"]


def test_missing_names_are_found() -> None:
    found = findings(
        f"""{START}{END}<userTask id="u"/><businessRuleTask id="dt"/><serviceTask id="st"/>
        <intermediateCatchEvent id="m"><messageEventDefinition id="x"/></intermediateCatchEvent>
        <intermediateCatchEvent id="t"><timerEventDefinition id="y"/></intermediateCatchEvent>""",
        "s --> u --> dt --> st --> m --> t --> e",
    )

    assert sorted(found) == [
        ("missing_decision", "dt"),
        ("missing_message", "m"),
        ("missing_result", "dt"),
        ("missing_role", "u"),
        ("missing_step", "st"),
        ("missing_timer", "t"),
    ]


@pytest.mark.parametrize(
    ("elements", "flows", "expected"),
    [
        (A + END, "a --> e", ("no_start", "model")),
        (START + '<startEvent id="s2"/>' + END, "s --> e\ns2 --> e", ("several_starts", "s2")),
        (START + A + B + END, "s --> a --> e\nb --> e", ("unreachable", "b")),
        (START + A, "s --> a", ("dead_end", "a")),
        (START + A + END, "s --> a --> e --> a", ("flow_out_of_end", "e")),
        (
            START + A + B + END + '<exclusiveGateway id="g" default="g_a"/>',
            "s --> g --> e\ng --> a --> b --> a",
            ("endless", "a"),
        ),
        (
            START + '<boundaryEvent id="x">' + timer("P1D") + "</boundaryEvent>" + END,
            "s --> e\nx --> e",
            ("loose_boundary", "x"),
        ),
        (
            START + A + B + '<eventBasedGateway id="g"/>' + END,
            "s --> g --> a --> e\ng --> b --> e",
            ("race_without_event", "g_a"),
        ),
        (START + A + END, "s -x[loss_amount = 1]-> a --> e", ("condition_without_gateway", "s_a")),
    ],
)
def test_broken_graphs_are_found(elements: str, flows: str, expected: tuple[str, str]) -> None:
    found = findings(elements, flows.replace("-x[", "-s_a["))

    assert expected in found


def test_a_join_after_a_choice_waits_forever() -> None:
    assert findings(
        f"""{START}{A}{B}{END}<exclusiveGateway id="x" default="x_a"/><parallelGateway id="j"/>""",
        "s --> x --> a --> j --> e\nx -x_b[is_injury]-> b --> j",
    ) == [("join_waits_forever", "j")]


def test_a_join_of_all_branches_is_fine() -> None:
    assert (
        findings(
            f"""{START}{A}{B}{C}{END}<parallelGateway id="p"/><parallelGateway id="j"/>
            <exclusiveGateway id="x" default="x_a"/><exclusiveGateway id="y"/>""",
            """s --> p --> x --> a --> y --> j --> e
            x -x_b[is_injury]-> b --> y
            p --> c --> j""",
        )
        == []
    )


def test_a_boundary_event_that_skips_a_join_is_found() -> None:
    assert findings(
        f"""{START}{A}{B}{END}<endEvent id="e2"/><parallelGateway id="p"/>
        <parallelGateway id="j"/>
        <boundaryEvent id="x" attachedToRef="a">{timer("P1D")}</boundaryEvent>""",
        "s --> p --> a --> j --> e\np --> b --> j\nx --> e2",
    ) == [("join_waits_forever", "j")]


def test_a_loop_of_gateways_is_found() -> None:
    found = findings(
        f"""{START}{END}<exclusiveGateway id="g"/><exclusiveGateway id="h" default="out"/>""",
        "s --> g --> h -out-> e\nh -back[is_injury]-> g",
    )

    assert found == [("idle_loop", "g"), ("idle_loop", "h")]


def test_a_loop_that_multiplies_tokens_is_found() -> None:
    found = findings(
        f"""{START}{A}{END}<exclusiveGateway id="g"/><parallelGateway id="p"/>
        <exclusiveGateway id="x" default="out"/><exclusiveGateway id="h"/>""",
        "s --> g --> a --> x -out-> e\nx -on[is_injury]-> p --> g\np --> h --> g",
    )

    assert {code for code, _id in found} == {"tokens_pile_up"}


def test_a_loop_that_always_leaves_a_branch_behind_never_ends() -> None:
    found = findings(
        f"""{START}{A}{END}<exclusiveGateway id="g"/><parallelGateway id="p"/>""",
        "s --> g --> a --> p --> e\np --> g",
    )

    assert found == [("never_ends", "s")]


def test_a_gateway_whose_conditions_can_all_fail_shows_the_case() -> None:
    found = sentences(
        f"""{START}{END}<exclusiveGateway id="g"/><endEvent id="f"/>""",
        "s --> g -x[loss_amount < 1000]-> e\ng -y[loss_amount > 1000]-> f",
    )

    assert found == ["没有默认流向，而所有条件可能都不成立，例如 loss_amount = 1000。"]


@pytest.mark.parametrize(
    ("conditions", "case"),
    [
        (["x < 5", "x >= 5"], None),
        (["x < 5", "x > 5"], {"x": "5"}),
        (["ok", "not(ok)"], None),
        (["ok = true", "ok = false"], None),
        (['t.track = "A"', 't.track != "A"'], None),
        (['track = "A"', 'track = "B"'], {"track": "其他"}),
        (["x in [1..3]", "x > 3"], {"x": "0"}),
        (["a and b", "not(a)"], {"a": "true", "b": "false"}),
    ],
)
def test_uncovered_cases(conditions: list[str], case: dict[str, str] | None) -> None:
    assert uncovered_case([compile_expression(text) for text in conditions]) == case


def test_a_model_that_is_not_drawn_is_found() -> None:
    document = read_bpmn(bpmn(START + A + END, "s --> a --> e"), "x.bpmn")

    found = check_process(document, document.processes[0], Known())

    assert [finding.code for finding in found] == ["processes.missing_diagram"]
    assert "5 个元素" in found[0].sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P30D", datetime(2025, 3, 2, 12, tzinfo=SHANGHAI)),
        ("PT24H", datetime(2025, 2, 1, 12, tzinfo=SHANGHAI)),
        ("P1M", datetime(2025, 2, 28, 12, tzinfo=SHANGHAI)),
        ("2025-05-01", datetime(2025, 5, 1, tzinfo=SHANGHAI)),
        ("2025-05-01T09:00:00Z", datetime(2025, 5, 1, 17, tzinfo=SHANGHAI)),
        ('accepted_on + duration("P10D")', datetime(2025, 2, 11, tzinfo=SHANGHAI)),
        ("wait_for", datetime(2025, 2, 3, 12, tzinfo=SHANGHAI)),
    ],
)
def test_timers_fall_due(text: str, expected: datetime) -> None:
    facts = {"accepted_on": datetime(2025, 2, 1, tzinfo=SHANGHAI).date(), "wait_for": "P3D"}

    assert due_at(Timer(TimerType.DURATION, text), NOON, facts) == expected


def test_a_timer_without_a_moment_is_refused() -> None:
    with pytest.raises(UnusableTimer):
        due_at(Timer(TimerType.DURATION, "missing"), NOON, {})


def test_unreadable_expressions_are_found() -> None:
    assert findings(
        f"""{START}{A}{END}<exclusiveGateway id="g" default="out"/>
        <boundaryEvent id="b" attachedToRef="a">{timer("每月 1 日")}</boundaryEvent>""",
        "s --> a --> g -out-> e\ng -bad[loss_amount >]-> e\nb --> e",
    ) == [("unreadable_condition", "bad"), ("unreadable_timer", "b")]
