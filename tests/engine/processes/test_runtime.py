"""Processes on the database: what moves together, what is refused, what becomes an incident."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.journal.record import record
from baocheng.engine.processes.enums import IncidentState
from baocheng.engine.processes.interpreter import InstanceState, TokenState
from baocheng.engine.processes.layout import with_layout
from baocheng.engine.processes.models import Incident, Instance, TokenRow
from baocheng.engine.processes.operations import (
    Completion,
    NewInstance,
    UnknownProcess,
    complete_task,
    complete_tasks,
    deliver_message,
    fire_timers,
    next_due,
    retry_incident,
    retry_incidents,
    start_process,
    start_processes,
)
from baocheng.engine.processes.permissions import MANAGE_INCIDENTS
from baocheng.engine.processes.queries import progress_of, waiting_counts
from baocheng.engine.processes.runtime import MessagesInCircle
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import unit
from baocheng.engine.work.answers import Required
from baocheng.engine.work.enums import ItemState
from baocheng.engine.work.items import AlreadyDone
from baocheng.engine.work.models import WorkItem
from baocheng.kernel.problems import NotPermitted, Problems
from engine.processes.bpmn_text import bpmn, message, timer
from engine.processes.world import FORM, NOON, ZHAO, Answered, Done, Refused, World, published

pytestmark = pytest.mark.django_db

START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'
ASK = (
    '<userTask id="ask" name="审核" camunda:candidateGroups="clerk" camunda:formKey="decide_form"/>'
)
FIRST = '<serviceTask id="first" name="第一步" camunda:topic="test.first"/>'
SECOND = '<serviceTask id="second" name="第二步" camunda:topic="test.second"/>'
SIMPLE = bpmn(
    START + FIRST + ASK + SECOND + END, "s --> first --> ask --> second --> e", key="simple"
)
ADMIN = Actor(id="staff:admin", permissions=frozenset({MANAGE_INCIDENTS}))
LATER = NOON + timedelta(days=40)


def waiting(stream: Stream) -> list[str]:
    rows = TokenRow.objects.filter(stream_id=stream.id, left_at__isnull=True)
    return sorted(row.element for row in rows)


def item(stream: Stream, element: str = "ask") -> WorkItem:
    return WorkItem.objects.filter(stream_id=stream.id, element=element).latest("opened_at")


def state(stream: Stream) -> str:
    found: str = Instance.objects.get(stream_id=stream.id).state
    return found


def types(stream: Stream) -> list[str]:
    return [row.type for row in events_of(stream)]


def test_a_process_runs_to_its_first_task_and_from_there_to_its_end(world: World) -> None:
    published(SIMPLE)
    stream = world.thing(amount=800)

    start_process("simple", stream, by=ZHAO, at=NOON)

    assert waiting(stream) == ["ask"]
    task = item(stream)
    assert (task.title, task.role, task.branch, task.form) == (
        "审核",
        "clerk",
        "1/110",
        "decide_form",
    )
    assert (task.process, task.handbook_version) == ("simple", 1)
    assert task.summary == {"amount": 800}

    complete_task(task.id, {"is_ok": True}, by=ZHAO, at=NOON)

    assert waiting(stream) == []
    assert state(stream) == InstanceState.DONE
    assert world.done == ["first", "decide", "second"]
    assert Instance.objects.get().variables == {"count": {"type": "number", "value": "1"}}
    assert types(stream) == [
        "processes.instance.started.v1",
        "test.thing.done.v1",
        "work.item.completed.v1",
        "test.thing.done.v1",
        "test.thing.done.v1",
        "processes.instance.ended.v1",
    ]
    assert [sentence(row) for row in events_of(stream) if row.type.startswith("processes")] == [
        "赵敏 启动了流程“simple”",
        "流程“simple”已办结",
    ]


def test_a_hundred_cases_take_the_statements_of_one(world: World) -> None:
    published(SIMPLE)

    def statements(count: int) -> tuple[int, int]:
        streams = [world.thing() for _ in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as starting:
            start_processes([NewInstance("simple", one) for one in streams], by=ZHAO, at=NOON)
        completions = [Completion(item(one).id, {"is_ok": True}) for one in streams]
        with CaptureQueriesContext(connection) as completing:
            complete_tasks(completions, by=ZHAO, at=NOON)
        assert {state(one) for one in streams} == {InstanceState.DONE}
        return len(starting), len(completing)

    statements(1)  # reads the handbook, which is then kept
    once = statements(1)

    assert statements(30) == once
    assert sum(once) <= 33


def test_steps_for_many_are_called_once_for_all(world: World) -> None:
    published(
        bpmn(
            START + '<serviceTask id="x" camunda:topic="test.all"/>' + END, "s --> x --> e", key="m"
        )
    )

    start_processes([NewInstance("m", world.thing()) for _ in range(5)], by=ZHAO, at=NOON)

    assert world.done == ["all 5"]
    assert world.loads == [5]


def test_an_unknown_process_is_refused(world: World) -> None:
    published(SIMPLE)

    with pytest.raises(UnknownProcess, match="是否为 simple"):
        start_process("simpel", world.thing(), by=ZHAO, at=NOON)

    assert not Instance.objects.exists()


def test_answers_that_do_not_fit_the_form_change_nothing(world: World) -> None:
    published(SIMPLE)
    stream = world.thing()
    start_process("simple", stream, by=ZHAO, at=NOON)

    with pytest.raises(Problems) as refusal:
        complete_task(item(stream).id, {}, by=ZHAO, at=NOON)

    assert [type(problem) for problem in refusal.value.problems] == [Required]
    assert waiting(stream) == ["ask"]
    assert item(stream).state == ItemState.OPEN
    assert world.done == ["first"]


@pytest.mark.parametrize("what", ["decide", "second"])
def test_a_refusal_on_the_way_is_a_refusal_to_the_person(world: World, what: str) -> None:
    published(SIMPLE)
    stream = world.thing()
    start_process("simple", stream, by=ZHAO, at=NOON)
    before = types(stream)
    world.failing[what] = Refused()

    with pytest.raises(Refused):
        complete_task(item(stream).id, {"is_ok": True}, by=ZHAO, at=NOON)

    assert waiting(stream) == ["ask"]
    assert item(stream).state == ItemState.OPEN
    assert types(stream) == before
    assert not Incident.objects.exists()


def test_completing_twice_is_refused(world: World) -> None:
    published(SIMPLE)
    stream = world.thing()
    start_process("simple", stream, by=ZHAO, at=NOON)
    complete_task(item(stream).id, {"is_ok": True}, by=ZHAO, at=NOON)

    with pytest.raises(AlreadyDone):
        complete_task(item(stream).id, {"is_ok": True}, by=ZHAO, at=NOON)

    assert world.done == ["first", "decide", "second"]


def test_a_failing_step_leaves_an_incident_and_nothing_else_undone(world: World) -> None:
    published(SIMPLE)
    stream = world.thing()
    start_process("simple", stream, by=ZHAO, at=NOON)
    world.failing["second"] = RuntimeError("bank is closed")

    complete_task(item(stream).id, {"is_ok": True}, by=ZHAO, at=NOON)

    assert item(stream).state == ItemState.DONE
    assert waiting(stream) == ["second"]
    incident = Incident.objects.get()
    assert (incident.element, incident.error, incident.attempts) == ("second", "RuntimeError", 1)
    assert "bank is closed" in incident.traceback
    assert incident.next_retry_at == NOON + timedelta(minutes=1)
    assert types(stream)[-3:] == [
        "work.item.completed.v1",
        "test.thing.done.v1",
        "processes.incident.opened.v1",
    ]
    assert Instance.objects.get().variables == {}


def test_an_incident_is_retried_with_growing_patience_until_a_person_looks(world: World) -> None:
    published(SIMPLE)
    stream = world.thing()
    world.failing["first"] = RuntimeError("down")
    start_process("simple", stream, by=ZHAO, at=NOON)

    at, waits = NOON, []
    while moment := Incident.objects.get().next_retry_at:
        assert retry_incidents(at=moment - timedelta(seconds=1)) == 0
        assert retry_incidents(at=moment) == 1
        waits.append(moment - at)
        at = moment

    assert waits == [timedelta(minutes=m) for m in (1, 5, 30, 120)]
    incident = Incident.objects.get()
    assert (incident.state, incident.attempts) == (IncidentState.STUCK, 5)
    assert types(stream).count("processes.incident.opened.v1") == 1

    world.failing.clear()
    with pytest.raises(NotPermitted):
        retry_incident(incident.id, by=ZHAO, at=at)
    retry_incident(incident.id, by=ADMIN, at=at)

    assert Incident.objects.get().state == IncidentState.RESOLVED
    assert waiting(stream) == ["ask"]
    assert types(stream)[-1] == "processes.incident.resolved.v1"
    assert retry_incidents(at=LATER) == 0


def test_one_failing_case_does_not_hold_up_the_others(world: World) -> None:
    published(
        bpmn(
            START
            + '<exclusiveGateway id="g" default="g_first"/>'
            + FIRST
            + SECOND
            + END
            + '<endEvent id="f"/>',
            "s --> g --> first --> e\ng -bad[not(is_ok)]-> second --> f",
            key="fork",
        )
    )
    streams = [world.thing(is_ok=number != 1) for number in range(3)]
    world.failing["second"] = RuntimeError("no")

    start_processes([NewInstance("fork", one) for one in streams], by=ZHAO, at=NOON)

    assert [state(one) for one in streams] == ["DONE", "RUNNING", "DONE"]
    assert [incident.stream for incident in Incident.objects.all()] == [streams[1]]


def test_a_gateway_without_a_way_out_is_an_incident(world: World) -> None:
    published(
        bpmn(
            START + '<exclusiveGateway id="g"/>' + END + '<endEvent id="f"/>',
            "s --> g -a[amount > 5]-> e\ng -b[amount <= 5]-> f",
            key="gate",
        )
    )
    stream = world.thing()

    start_process("gate", stream, by=ZHAO, at=NOON)

    incident = Incident.objects.get()
    assert (incident.element, incident.error) == ("g", "processes.no_way_out")
    assert TokenRow.objects.get(left_at__isnull=True).state == TokenState.READY
    world.things[stream.id].facts["amount"] = 9
    assert retry_incidents(at=LATER) == 1
    assert state(stream) == InstanceState.DONE
    assert Incident.objects.get().state == IncidentState.RESOLVED


RACE = bpmn(
    f"""{START}{ASK}{FIRST}{END}<eventBasedGateway id="race"/>
    <intermediateCatchEvent id="answer">{message("test.thing.answered.v1")}
    </intermediateCatchEvent>
    <intermediateCatchEvent id="late">{timer("P30D")}</intermediateCatchEvent>""",
    "s --> race --> answer --> ask --> e\nrace --> late --> first --> e",
    "test.thing.answered.v1",
    key="race_process",
)


def test_an_event_of_the_stream_is_a_message_to_its_processes(world: World) -> None:
    published(RACE)
    stream, other = world.thing(), world.thing()
    for one in (stream, other):
        start_process("race_process", one, by=ZHAO, at=NOON)

    with unit():
        record(Answered(), stream=stream, by=ZHAO, at=NOON)

    assert waiting(stream) == ["ask"]
    assert waiting(other) == ["answer", "late", "race"]


def test_a_message_can_be_delivered_with_variables(world: World) -> None:
    published(RACE)
    stream = world.thing()
    start_process("race_process", stream, by=ZHAO, at=NOON)

    deliver_message(
        "test.thing.answered.v1", stream, variables={"channel": "phone"}, by=ZHAO, at=NOON
    )
    deliver_message("test.thing.answered.v1", stream, by=ZHAO, at=NOON)

    assert waiting(stream) == ["ask"]
    assert Instance.objects.get().variables["channel"]["value"] == "phone"


def test_due_timers_fire_together_and_once(world: World) -> None:
    published(RACE)
    streams = [world.thing() for _ in range(3)]
    start_processes([NewInstance("race_process", one) for one in streams], by=ZHAO, at=NOON)
    due = NOON + timedelta(days=30)
    assert next_due() == due

    assert fire_timers(at=due - timedelta(seconds=1)) == 0
    assert fire_timers(at=due) == 3
    assert fire_timers(at=due) == 0

    assert {state(one) for one in streams} == {"DONE"}
    assert world.done == ["first"] * 3
    assert next_due() is None


def test_timers_fire_in_batches(world: World) -> None:
    published(RACE)
    streams = [world.thing() for _ in range(5)]
    start_processes([NewInstance("race_process", one) for one in streams], by=ZHAO, at=NOON)

    assert [fire_timers(at=LATER, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_an_interrupting_timer_withdraws_the_task(world: World) -> None:
    published(
        bpmn(
            f"""{START}{ASK}{FIRST}{END}
            <boundaryEvent id="late" attachedToRef="ask">{timer("P5D")}</boundaryEvent>""",
            "s --> ask --> e\nlate --> first --> e",
            key="guarded",
        )
    )
    stream = world.thing()
    start_process("guarded", stream, by=ZHAO, at=NOON)

    fire_timers(at=LATER)

    assert item(stream).state == ItemState.CANCELLED
    assert state(stream) == "DONE"
    states = dict(TokenRow.objects.values_list("element", "state"))
    assert (states["ask"], states["late"]) == ("CANCELLED", "DONE")


def test_a_message_starts_a_process_where_nobody_waits_for_it(world: World) -> None:
    begin = f'<startEvent id="begin">{message("test.thing.answered")}</startEvent>'
    published(bpmn(begin + ASK + END, "begin --> ask --> e", "test.thing.answered", key="started"))
    stream = world.thing()

    with unit():
        record(Answered(), stream=stream, by=ZHAO, at=NOON)

    assert waiting(stream) == ["ask"]
    assert types(stream) == ["test.thing.answered.v1", "processes.instance.started.v1"]


def test_a_message_end_is_heard_by_another_process_of_the_stream(world: World) -> None:
    published(
        RACE,
        bpmn(
            f'{START}<endEvent id="tell">{message("test.thing.answered.v1")}</endEvent>',
            "s --> tell",
            "test.thing.answered.v1",
            key="teller",
        ),
    )
    stream = world.thing()
    start_process("race_process", stream, by=ZHAO, at=NOON)

    start_process("teller", stream, by=ZHAO, at=NOON)

    assert waiting(stream) == ["ask"]


def test_decisions_leave_their_answer_in_a_variable(world: World) -> None:
    published(
        bpmn(
            f"""{START}{ASK}{END}<endEvent id="f"/>
            <businessRuleTask id="t" camunda:decisionRef="triage" camunda:resultVariable="triage"/>
            <exclusiveGateway id="g" default="g_f"/>""",
            's --> t --> g -small[triage.track = "SIMPLE"]-> ask --> e\ng --> f',
            key="deciding",
        ),
        triage__dmn=TRIAGE,
    )
    small, large = world.thing(amount=10), world.thing(amount=10_000)

    start_processes(
        [NewInstance("deciding", small), NewInstance("deciding", large)], by=ZHAO, at=NOON
    )

    assert waiting(small) == ["ask"]
    assert state(large) == "DONE"
    assert Instance.objects.get(stream_id=small.id).variables["triage"]["value"]["track"] == {
        "type": "string",
        "value": "SIMPLE",
    }


TRIAGE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x"
 namespace="test" name="triage"><inputData id="i" name="amount">
 <variable name="amount" typeRef="number"/></inputData>
 <decision id="triage" name="triage"><variable name="triage"/>
 <informationRequirement id="r"><requiredInput href="#i"/></informationRequirement>
 <decisionTable id="t" hitPolicy="UNIQUE"><input id="c" label="金额">
 <inputExpression id="ie" typeRef="number"><text>amount</text></inputExpression></input>
 <output id="o" name="track" label="通道" typeRef="string"/>
 <rule id="r1"><inputEntry id="a1"><text>&lt; 1000</text></inputEntry>
 <outputEntry id="b1"><text>"SIMPLE"</text></outputEntry></rule>
 <rule id="r2"><inputEntry id="a2"><text>&gt;= 1000</text></inputEntry>
 <outputEntry id="b2"><text>"NORMAL"</text></outputEntry></rule>
 </decisionTable></decision></definitions>"""


def test_a_running_case_stays_on_its_version(world: World) -> None:
    published(SIMPLE)
    stream = world.thing()
    start_process("simple", stream, by=ZHAO, at=NOON)
    published(bpmn(START + ASK + FIRST + END, "s --> ask --> first --> e", key="simple"), at=NOON)

    complete_task(item(stream).id, {"is_ok": True}, by=ZHAO, at=NOON)
    newer = world.thing()
    start_process("simple", newer, by=ZHAO, at=NOON)

    assert world.done == ["first", "decide", "second"]
    assert waiting(newer) == ["ask"]
    assert item(newer).handbook_version == 2


def test_progress_tells_where_a_case_is_and_when_it_was_where(world: World) -> None:
    published(RACE)
    stream = world.thing()
    start_process("race_process", stream, by=ZHAO, at=NOON)

    (progress,) = progress_of(stream)
    assert progress.current == ("race",)
    assert progress.visited == {"s": NOON}

    with unit():
        record(Answered(), stream=stream, by=ZHAO, at=NOON + timedelta(hours=1))
    (progress,) = progress_of(stream)
    marks = progress.marks(lambda at: at.astimezone(NOON.tzinfo).strftime("%H:%M"))
    assert marks.current == ("ask",)
    assert marks.flows == {"s_race", "race_answer", "answer_ask"}
    assert marks.notes == {"s": "12:00", "answer": "13:00"}
    assert waiting_counts("race_process", 1) == {"ask": 1}


NOTE = "id: note_form\ntitle: 说明\nfields:\n  - {name: text, label: 说明, type: text}\n"
NOTING = '<userTask id="note" camunda:candidateGroups="clerk" camunda:formKey="note_form"/>'


def test_answers_outlive_a_step_that_fails_after_them(world: World) -> None:
    published(
        bpmn(START + NOTING + FIRST + END, "s --> note --> first --> e", key="noting"),
        note__form__yaml=NOTE,
    )
    stream = world.thing()
    start_process("noting", stream, by=ZHAO, at=NOON)
    world.failing["first"] = RuntimeError("down")

    complete_task(item(stream, "note").id, {"text": "好"}, by=ZHAO, at=NOON)

    assert waiting(stream) == ["first"]
    assert Instance.objects.get().variables["note"]["value"]["text"]["value"] == "好"


@pytest.mark.parametrize("way", ["by a step", "by a message"])
def test_processes_that_set_each_other_off_for_ever_are_stopped(world: World, way: str) -> None:
    begin = f'<startEvent id="begin">{message("test.thing.done")}</startEvent>'
    end = END if way == "by a step" else f'<endEvent id="e">{message("test.thing.done")}</endEvent>'
    then = FIRST if way == "by a step" else '<intermediateThrowEvent id="first"/>'
    published(bpmn(begin + then + end, "begin --> first --> e", "test.thing.done", key="echo"))
    stream = world.thing()

    with pytest.raises(MessagesInCircle), unit():
        record(Done(what="?"), stream=stream, by=ZHAO, at=NOON)

    assert not Instance.objects.exists()


def test_a_form_without_an_operation_keeps_its_answers(world: World) -> None:
    published(
        bpmn(
            START
            + NOTING
            + '<exclusiveGateway id="g" default="g_f"/>'
            + END
            + '<endEvent id="f"/>',
            's --> note --> g -x[note.text = "好"]-> e\ng --> f',
            key="noting",
        ),
        note__form__yaml=NOTE,
    )
    stream = world.thing()
    start_process("noting", stream, by=ZHAO, at=NOON)

    complete_task(item(stream, "note").id, {"text": "好"}, by=ZHAO, at=NOON)

    ends = TokenRow.objects.filter(element__in=["e", "f"]).values_list("element", flat=True)
    assert list(ends) == ["e"]


def test_examples_beside_a_process_are_part_of_the_check(world: World) -> None:
    examples = """[
      {"case": "同意", "events": [{"at": "ask"}], "path": ["first", "ask", "second", "e"]},
      {"case": "没有走完", "path": ["first"]},
      {"case": "走错", "events": ["second"]},
      {"case": "写错", "pth": []}]"""
    published(SIMPLE, p0__cases__json="[]")

    found: list[Any] = findings(SIMPLE, examples)

    assert [(each.code, each.place, each.line) for each in found] == [
        ("processes.example", "案例“没有走完”", 3),
        ("processes.example", "案例“走错”", 4),
        ("processes.example", "案例“写错”", 5),
    ]
    assert found[0].sentence == "案件最后停在 ask，应为 已结束。"
    assert found[1].sentence == "轮到“second”时案件并不在那里，而在：ask。"
    assert found[2].sentence == "不认识的键“pth”，是否为 path？"


def findings(model: str, examples: str) -> list[Any]:
    files = {"p.bpmn": with_layout(model), "p.cases.json": examples, "d.form.yaml": FORM}
    return Handbook(files).check()


def test_tokens_of_a_case_are_never_moved_by_two_at_once(world: World) -> None:
    published(SIMPLE)
    stream = world.thing()
    start_process("simple", stream, by=ZHAO, at=NOON)

    with CaptureQueriesContext(connection) as captured:
        complete_task(item(stream).id, {"is_ok": True}, by=ZHAO, at=NOON)

    locks = [query["sql"] for query in captured if "FOR UPDATE" in query["sql"]]
    assert "process_instance" in locks[0]
