"""Files as modellers write them, and what is refused in them."""

import os
from pathlib import Path

import pytest

from baocheng.engine.processes.bpmn import read_bpmn
from baocheng.engine.processes.model import (
    Bounds,
    EventType,
    NodeType,
    Point,
    ResultShape,
    Timer,
    TimerType,
)
from engine.processes.bpmn_text import bpmn, definitions, message, timer

DATA = Path(os.environ.get("BAOCHENG_SHARED_DATA", "missing"))
TEXTBOOK = DATA / "process" / "ch7_InsuranceClaimsSimulationNormalSeason.bpmn"


def test_camunda_7_tasks_name_what_they_do() -> None:
    document = read_bpmn(
        bpmn(
            """<startEvent id="s"/>
            <userTask id="assess" name="责任认定" camunda:formKey="claims.assess_liability"
                camunda:candidateGroups="claims_handler, claims_lead"/>
            <serviceTask id="calculate" camunda:type="external" camunda:topic="claims.calculate"/>
            <businessRuleTask id="triage" camunda:decisionRef="claim_triage"
                camunda:resultVariable="track" camunda:mapDecisionResult="singleEntry"/>
            <endEvent id="e"/>""",
            "s --> assess --> calculate --> triage --> e",
        ),
        "claims/claim_handling.bpmn",
    )

    assert document.findings == ()
    nodes = document.nodes
    assert nodes["assess"].form == "claims.assess_liability"
    assert nodes["assess"].roles == ("claims_handler", "claims_lead")
    assert nodes["assess"].label == "责任认定"
    assert nodes["calculate"].step == "claims.calculate"
    assert nodes["triage"].decision == "claim_triage"
    assert nodes["triage"].result_variable == "track"
    assert nodes["triage"].result_shape is ResultShape.SINGLE_ENTRY


def test_camunda_8_extensions_mean_the_same() -> None:
    document = read_bpmn(
        bpmn(
            """<startEvent id="s"/>
            <userTask id="assess"><extensionElements>
                <zeebe:formDefinition formId="claims.assess"/>
                <zeebe:assignmentDefinition candidateGroups="claims_handler"/>
            </extensionElements></userTask>
            <serviceTask id="calculate"><extensionElements>
                <zeebe:taskDefinition type="claims.calculate"/></extensionElements></serviceTask>
            <businessRuleTask id="triage"><extensionElements>
                <zeebe:calledDecision decisionId="claim_triage" resultVariable="triage"/>
            </extensionElements></businessRuleTask>
            <endEvent id="e"/>""",
            "s --> assess --> calculate --> triage --> e",
        ),
        "x.bpmn",
    )

    nodes = document.nodes
    assert (nodes["assess"].form, nodes["assess"].roles) == ("claims.assess", ("claims_handler",))
    assert nodes["calculate"].step == "claims.calculate"
    assert (nodes["triage"].decision, nodes["triage"].result_variable) == ("claim_triage", "triage")
    assert nodes["triage"].result_shape is ResultShape.SINGLE_RESULT


@pytest.mark.parametrize("written", ["x = 1", "${x = 1}", "#{x = 1}", "= x = 1", "  x = 1  "])
def test_conditions_lose_the_marks_around_them(written: str) -> None:
    document = read_bpmn(
        bpmn('<exclusiveGateway id="g"/><endEvent id="e"/>', f"g -f[{written}]-> e"), "x.bpmn"
    )

    assert document.flows["f"].condition == "x = 1"


def test_events_carry_messages_timers_and_hosts() -> None:
    document = read_bpmn(
        bpmn(
            f"""<startEvent id="s">{message("claims.claim.reported.v1")}</startEvent>
            <userTask id="t"/>
            <boundaryEvent id="b" attachedToRef="t" cancelActivity="false">{timer("P30D")}
            </boundaryEvent>
            <endEvent id="e"><terminateEventDefinition id="td"/></endEvent>""",
            "s --> t --> e\nb --> e",
            "claims.claim.reported.v1",
        ),
        "x.bpmn",
    )

    start, border, end = (document.nodes[id] for id in ("s", "b", "e"))
    assert (start.event, start.message) == (EventType.MESSAGE, "claims.claim.reported.v1")
    assert (border.host, border.is_interrupting) == ("t", False)
    assert border.timer == Timer(TimerType.DURATION, "P30D")
    assert end.event is EventType.TERMINATE
    process = document.processes[0]
    assert process.message_starts == {"claims.claim.reported.v1": start}
    assert process.boundaries == {"t": (border,)}


def test_everything_unsupported_is_named_at_once() -> None:
    document = read_bpmn(
        bpmn(
            """<startEvent id="s"><timerEventDefinition id="x"/></startEvent>
            <task id="t" name="看一看"/>
            <scriptTask id="sc"/>
            <inclusiveGateway id="g"/>
            <callActivity id="c"/>
            <userTask id="m"><multiInstanceLoopCharacteristics isSequential="true"/></userTask>
            <subProcess id="sub" triggeredByEvent="true"/>
            <boundaryEvent id="b" attachedToRef="m"><errorEventDefinition id="y"/></boundaryEvent>
            <endEvent id="e"><signalEventDefinition id="z"/></endEvent>""",
            "",
        ),
        "x.bpmn",
    )

    assert [(f.code, f.place) for f in document.findings] == [
        ("processes.unsupported_element", place)
        for place in (
            "开始事件 s",
            "未定类型的任务 t “看一看”",
            "脚本任务 sc",
            "包容网关 g",
            "调用活动 c",
            "用户任务 m",
            "子流程 sub",
            "边界事件 b",
            "结束事件 e",
        )
    ]
    assert document.findings[1].sentence == (
        "流程引擎不支持“未定类型的任务”（BPMN task）：请改为用户任务、服务任务或业务规则任务。"
    )
    assert "定时事件" in document.findings[0].sentence
    assert "串行多实例" in document.findings[5].sentence
    assert all(finding.line > 0 for finding in document.findings)


def test_a_pool_that_is_not_executable_may_use_anything() -> None:
    document = read_bpmn(
        definitions('<process id="p" isExecutable="false"><task id="t"/></process>'), "x.bpmn"
    )

    assert document.findings == ()
    assert document.executable == ()
    assert document.nodes["t"].type is NodeType.TASK


def test_repeated_ids_are_found() -> None:
    document = read_bpmn(bpmn('<userTask id="a"/>\n<endEvent id="a"/>', ""), "x.bpmn")

    assert [finding.code for finding in document.findings] == ["processes.duplicate_id"]


def test_flows_out_of_a_sub_process_are_found() -> None:
    document = read_bpmn(
        bpmn('<subProcess id="sub"><userTask id="a"/></subProcess><endEvent id="e"/>', "a --> e"),
        "x.bpmn",
    )

    assert [finding.code for finding in document.findings] == ["processes.loose_flow"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<definitions",
        "<html/>",
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
    ],
)
def test_what_is_no_bpmn_is_unreadable(text: str) -> None:
    document = read_bpmn(text, "x.bpmn")

    assert [finding.code for finding in document.findings] == ["processes.unreadable"]
    assert document.processes == ()


def test_the_drawing_keeps_shapes_edges_and_labels() -> None:
    document = read_bpmn(
        definitions(
            """<process id="p"/><bpmndi:BPMNDiagram
                xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
                xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
                xmlns:di="http://www.omg.org/spec/DD/20100524/DI"><bpmndi:BPMNPlane>
            <bpmndi:BPMNShape bpmnElement="a"><dc:Bounds x="1" y="2" width="36" height="36"/>
              <bpmndi:BPMNLabel><dc:Bounds x="3" y="40" width="20" height="14"/></bpmndi:BPMNLabel>
            </bpmndi:BPMNShape>
            <bpmndi:BPMNEdge bpmnElement="f"><di:waypoint x="37" y="20"/>
            <di:waypoint x="80" y="20"/></bpmndi:BPMNEdge>
            </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"""
        ),
        "x.bpmn",
    )

    assert document.shapes["a"].bounds == Bounds(1, 2, 36, 36)
    assert document.shapes["a"].label == Bounds(3, 40, 20, 14)
    assert document.edges["f"].waypoints == (Point(37, 20), Point(80, 20))


@pytest.mark.skipif(not TEXTBOOK.exists(), reason="no BAOCHENG_SHARED_DATA")
def test_a_textbook_model_is_read_whole() -> None:
    document = read_bpmn(TEXTBOOK.read_text(), TEXTBOOK.name)

    assert len(document.nodes) == 23
    assert len(document.flows) == 24
    assert len(document.artifacts) == 9
    assert len(document.shapes) == 32
    assert document.executable == ()
