"""Process instances a second, against SpiffWorkflow with its state kept in the same database.

Run: uv run python benchmarks/processes.py [INSTANCES]

The same BPMN for both: human tasks, an automatic one, a choice, a parallel branch, a message with
a boundary timer. SpiffWorkflow loads and saves its whole state as JSON at every human step and
keeps nothing else. Ours writes token rows, and with them all that the product needs: work items,
the journal with its hash chain, deadlines. Both run one case at a time; ours also in sets, which is
how imports, messages of a payment file and due timers arrive. Nothing is asserted: figures are for
reading.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter, process_time
from uuid import UUID

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 200
FOLDER = Path(tempfile.mkdtemp(prefix="baocheng-bench-"))
os.environ["BAOCHENG_DATA"] = str(FOLDER)
os.environ["BAOCHENG_DEMO"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baocheng.settings.production")

from baocheng.cli import server  # noqa: E402

server.ensure(FOLDER)

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow  # noqa: E402
from SpiffWorkflow.bpmn.parser import BpmnParser  # noqa: E402
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine  # noqa: E402
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer  # noqa: E402
from SpiffWorkflow.bpmn.specs.event_definitions.message import (  # noqa: E402
    MessageEventDefinition,
)
from SpiffWorkflow.util.task import TaskState  # noqa: E402

from baocheng.engine.processes.layout import with_layout  # noqa: E402
from baocheng.engine.processes.models import Instance, TokenRow  # noqa: E402
from baocheng.engine.processes.operations import (  # noqa: E402
    Completion,
    NewInstance,
    complete_tasks,
    deliver_messages,
    start_processes,
)
from baocheng.engine.processes.registry import StreamKind, register_kind, step  # noqa: E402
from baocheng.engine.processes.runs import Message  # noqa: E402
from baocheng.engine.publishing.handbook import Handbook  # noqa: E402
from baocheng.engine.publishing.permissions import (  # noqa: E402
    APPROVE_HANDBOOK,
    PUBLISH_HANDBOOK,
)
from baocheng.engine.publishing.versions import publish  # noqa: E402
from baocheng.engine.streams import SYSTEM, Actor, Stream  # noqa: E402
from baocheng.engine.work.models import WorkItem  # noqa: E402
from baocheng.kernel.ids import new_id  # noqa: E402
from baocheng.kernel.time import SHANGHAI  # noqa: E402

NOON = datetime(2025, 9, 26, 12, tzinfo=SHANGHAI)
MESSAGE = "publishing.handbook.published.v1"  # any event type that nothing here records
HUMAN = ["review", "assess", "calculate", "verify", "approve"]

MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="bench">
<message id="m" name="publishing.handbook.published.v1"/>
<process id="claim" isExecutable="true">
 <startEvent id="s"/>
 <userTask id="review" camunda:candidateGroups="clerk"/>
 <intermediateCatchEvent id="wait"><messageEventDefinition id="md" messageRef="m"/>
 </intermediateCatchEvent>
 <userTask id="assess" camunda:candidateGroups="clerk"/>
 <boundaryEvent id="late" attachedToRef="assess"><timerEventDefinition id="td">
  <timeDuration>{timer}</timeDuration></timerEventDefinition></boundaryEvent>
 <exclusiveGateway id="choice" default="yes"/>
 <serviceTask id="screen" camunda:topic="bench.screen"/>
 <parallelGateway id="fork"/>
 <userTask id="calculate" camunda:candidateGroups="clerk"/>
 <userTask id="verify" camunda:candidateGroups="clerk"/>
 <parallelGateway id="join"/>
 <userTask id="approve" camunda:candidateGroups="clerk"/>
 <endEvent id="e"/><endEvent id="refused"/><endEvent id="overdue"/>
 <sequenceFlow id="f1" sourceRef="s" targetRef="review"/>
 <sequenceFlow id="f2" sourceRef="review" targetRef="wait"/>
 <sequenceFlow id="f3" sourceRef="wait" targetRef="assess"/>
 <sequenceFlow id="f4" sourceRef="assess" targetRef="screen"/>
 <sequenceFlow id="f5" sourceRef="screen" targetRef="choice"/>
 <sequenceFlow id="yes" sourceRef="choice" targetRef="fork"/>
 <sequenceFlow id="no" sourceRef="choice" targetRef="refused">
  <conditionExpression>{condition}</conditionExpression></sequenceFlow>
 <sequenceFlow id="f6" sourceRef="fork" targetRef="calculate"/>
 <sequenceFlow id="f7" sourceRef="fork" targetRef="verify"/>
 <sequenceFlow id="f8" sourceRef="calculate" targetRef="join"/>
 <sequenceFlow id="f9" sourceRef="verify" targetRef="join"/>
 <sequenceFlow id="f10" sourceRef="join" targetRef="approve"/>
 <sequenceFlow id="f11" sourceRef="approve" targetRef="e"/>
 <sequenceFlow id="f12" sourceRef="late" targetRef="overdue"/>
</process></definitions>"""


@step("bench.screen")
def screen(call: object) -> None:
    """Do nothing: what is measured is the engine."""


def main() -> None:
    """Measure both, then print the ratios."""
    call_command("migrate", verbosity=0)
    register_kind(
        StreamKind(
            kind="bench",
            load=lambda ids: dict.fromkeys(ids, ""),
            facts=lambda _subject: {"is_refused": False},
            fact_names={"is_refused": "拒赔"},
        )
    )
    handbook = Handbook(
        {"claim.bpmn": with_layout(MODEL.format(timer="P30D", condition="is_refused"))}
    )
    publish(
        handbook,
        effective_at=NOON,
        approved_by=Actor(id="staff:head", permissions=frozenset({APPROVE_HANDBOOK})),
        by=Actor(id="staff:editor", permissions=frozenset({PUBLISH_HANDBOOK})),
        at=NOON,
    )
    run_ours(2)
    spiff = measured(run_spiff, COUNT)
    ways = {
        "SpiffWorkflow, its state saved at each human step": spiff,
        "ours one at a time, with work items and journal": measured(one_by_one, COUNT),
        "ours in sets, with work items and journal": measured(run_ours, COUNT * 10),
    }
    for name, (wall, cpu) in ways.items():
        print(
            f"{name:52}{1 / wall:8.1f} instances/s {spiff[0] / wall:6.1f} x"
            f"{1000 * cpu:9.2f} ms CPU {spiff[1] / cpu:6.1f} x"
        )
    print(f"{Instance.objects.count()} instances, {TokenRow.objects.count()} tokens")


def measured(run: Callable[[int], object], count: int) -> tuple[float, float]:
    """Return the seconds and the CPU seconds of this process that one instance takes."""
    wall, cpu = perf_counter(), process_time()
    run(count)
    return (perf_counter() - wall) / count, (process_time() - cpu) / count


def one_by_one(count: int) -> None:
    """Bring `count` instances to their end, one after the other."""
    for _ in range(count):
        run_ours(1)


def run_ours(count: int) -> None:
    """Bring `count` instances to their end, all together at every step."""
    streams = [Stream("bench", new_id()) for _ in range(count)]
    start_processes([NewInstance("claim", one) for one in streams], by=SYSTEM, at=NOON)
    complete(streams, "review")
    deliver_messages([Message((MESSAGE,), one, SYSTEM, NOON) for one in streams])
    for element in HUMAN[1:]:
        complete(streams, element)


def complete(streams: list[Stream], element: str) -> None:
    """Complete the task `element` of all these cases in one unit."""
    ids = WorkItem.objects.filter(
        stream_id__in=[one.id for one in streams], element=element, state="OPEN"
    ).values_list("id", flat=True)
    complete_tasks([Completion(id) for id in ids], by=SYSTEM, at=NOON)


def run_spiff(count: int) -> None:
    """Bring `count` instances to their end, loading and saving the state of each at every step."""
    text = MODEL.format(timer='"P30D"', condition="is_refused")
    text = text.replace("serviceTask", "scriptTask")
    text = text.replace('topic="bench.screen"/>', 'topic=""><script>pass</script></scriptTask>')
    parser = BpmnParser()
    parser.add_bpmn_str(text.encode())
    spec = parser.get_spec("claim")
    engine = PythonScriptEngine()
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS spiff (id uuid PRIMARY KEY, state text NOT NULL)"
        )
    for _ in range(count):
        id = new_id()
        flow = BpmnWorkflow(spec, script_engine=engine)
        flow.set_data(is_refused=False)
        flow.task_tree.set_data(is_refused=False)
        flow.do_engine_steps()
        save(id, serializer, flow, "INSERT INTO spiff (state, id) VALUES (%s, %s)")
        step_spiff(id, serializer, engine, lambda flow: work(flow, "review"))
        step_spiff(
            id,
            serializer,
            engine,
            lambda flow: flow.catch(BpmnEvent(MessageEventDefinition(MESSAGE), {})),
        )
        for element in HUMAN[1:]:
            step_spiff(id, serializer, engine, lambda flow, element=element: work(flow, element))


def work(flow: BpmnWorkflow, element: str) -> None:
    """Complete the human task `element`."""
    tasks = flow.get_tasks(state=TaskState.READY, manual=True)
    next(task for task in tasks if task.task_spec.bpmn_id == element).run()


def step_spiff(
    id: UUID,
    serializer: BpmnWorkflowSerializer,
    engine: PythonScriptEngine,
    act: Callable[[BpmnWorkflow], None],
) -> None:
    """Load the state, let something happen, save the state; one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT state FROM spiff WHERE id = %s FOR UPDATE", [id])
        flow = serializer.deserialize_json(cursor.fetchone()[0])
        flow.script_engine = engine
        act(flow)
        flow.do_engine_steps()
        save(id, serializer, flow, "UPDATE spiff SET state = %s WHERE id = %s")


def save(id: UUID, serializer: BpmnWorkflowSerializer, flow: BpmnWorkflow, statement: str) -> None:
    """Write the whole state as JSON."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [serializer.serialize_json(flow), id])


if __name__ == "__main__":
    main()
