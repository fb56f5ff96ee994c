"""Process instances a second, against SpiffWorkflow with its state kept in the same database.

Run: uv run python benchmarks/processes.py [INSTANCES]

The same BPMN for both, first with human tasks: SpiffWorkflow loads and saves its whole state as
JSON at each of them and keeps nothing else, ours writes token rows and with them everything a
product needs (work items, the journal's hash chain, deadlines). Then the engines alone: the same
model with its human tasks made to wait for messages, so that ours too writes nothing but state.

Ours runs one case at a time and in sets, which is how imports, payment files and due timers
arrive. Nothing is asserted: figures are for reading.
"""

import gc
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
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
# Event types that nothing here records serve as names of messages.
MESSAGE = "publishing.handbook.published.v1"
OTHERS = [
    "documents.document.received.v1",
    "documents.document.accepted.v1",
    "documents.document.rejected.v1",
    "messaging.message.sent.v1",
    "messaging.message.delivered.v1",
]
HUMAN = ["review", "assess", "calculate", "verify", "approve"]

MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="bench">
<message id="m" name="publishing.handbook.published.v1"/>
{messages}
<process id="{key}" isExecutable="true">
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
  <conditionExpression>is_refused</conditionExpression></sequenceFlow>
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


def model(key: str, *, timer: str) -> str:
    """Return the BPMN: `claim` with human tasks, `waits` with messages in their place."""
    text = MODEL.replace("{key}", key).replace("{timer}", timer)
    messages = ""
    for element in HUMAN if key == "waits" else ():
        messages += f'<message id="m_{element}" name="{name_of(element)}"/>'
        text = text.replace(
            f'<userTask id="{element}" camunda:candidateGroups="clerk"/>',
            f'<receiveTask id="{element}" messageRef="m_{element}"/>',
        )
    return text.replace("{messages}", messages)


def name_of(element: str) -> str:
    """Return the message that stands for the task: some event type that nothing here records."""
    return OTHERS[HUMAN.index(element)]


def main() -> None:
    """Measure both, then print the ratios."""
    call_command("migrate", verbosity=0)
    # As a server does once it is up: what was loaded is never garbage. Both engines gain by it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    register_kind(
        StreamKind(
            kind="bench",
            load=lambda ids: dict.fromkeys(ids, ""),
            facts=lambda _subject: {"is_refused": False},
            fact_names={"is_refused": "拒赔"},
        )
    )
    files = {f"{key}.bpmn": with_layout(model(key, timer="P30D")) for key in ("claim", "waits")}
    publish(
        Handbook(files),
        effective_at=NOON,
        approved_by=Actor(id="staff:head", permissions=frozenset({APPROVE_HANDBOOK})),
        by=Actor(id="staff:editor", permissions=frozenset({PUBLISH_HANDBOOK})),
        at=NOON,
    )
    for key, title in (
        ("claim", "with work items and journal on our side"),
        ("waits", "the engines alone, state and nothing else"),
    ):
        run_ours(key, 2)
        print(f"\n{title}")
        spiff = measured(partial(run_spiff, key), COUNT)
        report("SpiffWorkflow, state saved at each step", spiff, spiff)
        report("ours, one at a time", measured(partial(one_by_one, key), COUNT), spiff)
        report("ours, in sets", measured(partial(run_ours, key), COUNT * 10), spiff)
    print(f"\n{Instance.objects.count()} instances, {TokenRow.objects.count()} tokens")


def report(name: str, ours: tuple[float, float], spiff: tuple[float, float]) -> None:
    """Print one line: instances a second and CPU, each with its ratio to SpiffWorkflow."""
    (wall, cpu), (spiff_wall, spiff_cpu) = ours, spiff
    print(
        f"  {name:42}{1 / wall:8.1f} instances/s {spiff_wall / wall:6.1f} x"
        f"{1000 * cpu:9.2f} ms CPU {spiff_cpu / cpu:6.1f} x"
    )


def measured(run: Callable[[int], object], count: int) -> tuple[float, float]:
    """Return the seconds and the CPU seconds of this process that one instance takes."""
    wall, cpu = perf_counter(), process_time()
    run(count)
    return (perf_counter() - wall) / count, (process_time() - cpu) / count


def one_by_one(key: str, count: int) -> None:
    """Bring `count` instances to their end, one after the other."""
    for _ in range(count):
        run_ours(key, 1)


def run_ours(key: str, count: int) -> None:
    """Bring `count` instances to their end, all together at every step."""
    streams = [Stream("bench", new_id()) for _ in range(count)]
    start_processes([NewInstance(key, one) for one in streams], by=SYSTEM, at=NOON)
    do = complete if key == "claim" else tell
    do(streams, "review")
    send(streams, MESSAGE)
    for element in HUMAN[1:]:
        do(streams, element)


def complete(streams: list[Stream], element: str) -> None:
    """Complete the task `element` of all these cases in one unit."""
    ids = WorkItem.objects.filter(
        stream_id__in=[one.id for one in streams], element=element, state="OPEN"
    ).values_list("id", flat=True)
    complete_tasks([Completion(id) for id in ids], by=SYSTEM, at=NOON)


def tell(streams: list[Stream], element: str) -> None:
    """Send the message that stands for the task."""
    send(streams, name_of(element))


def send(streams: list[Stream], name: str) -> None:
    """Send a message to all these cases in one unit."""
    deliver_messages([Message((name,), one, SYSTEM, NOON) for one in streams])


def run_spiff(key: str, count: int) -> None:
    """Bring `count` instances to their end, loading and saving the state of each at every step."""
    text = model(key, timer='"P30D"').replace("serviceTask", "scriptTask")
    text = text.replace('topic="bench.screen"/>', 'topic=""><script>pass</script></scriptTask>')
    parser = BpmnParser()
    parser.add_bpmn_str(text.encode())
    kept = Kept(BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure()), PythonScriptEngine())
    do = work if key == "claim" else hear
    for _ in range(count):
        id = new_id()
        flow = BpmnWorkflow(parser.get_spec(key), script_engine=kept.engine)
        flow.task_tree.set_data(is_refused=False)
        kept.create(id, flow)
        kept.step(id, partial(do, element="review"))
        kept.step(id, partial(catch, name=MESSAGE))
        for element in HUMAN[1:]:
            kept.step(id, partial(do, element=element))


def work(flow: BpmnWorkflow, element: str) -> None:
    """Complete the human task `element`."""
    tasks = flow.get_tasks(state=TaskState.READY, manual=True)
    next(task for task in tasks if task.task_spec.bpmn_id == element).run()


def hear(flow: BpmnWorkflow, element: str) -> None:
    """Let the message come that stands for the task."""
    catch(flow, name_of(element))


def catch(flow: BpmnWorkflow, name: str) -> None:
    """Let a message come."""
    flow.catch(BpmnEvent(MessageEventDefinition(name), {}))


@dataclass
class Kept:
    """Workflows as SpiffWorkflow keeps them: the whole state as JSON, one row each."""

    serializer: BpmnWorkflowSerializer
    engine: PythonScriptEngine

    def __post_init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS spiff (id uuid PRIMARY KEY, state text NOT NULL)"
            )

    def create(self, id: UUID, flow: BpmnWorkflow) -> None:
        """Run a new workflow to its first wait and save it."""
        flow.do_engine_steps()
        with transaction.atomic(), connection.cursor() as cursor:
            state = self.serializer.serialize_json(flow)
            cursor.execute("INSERT INTO spiff (id, state) VALUES (%s, %s)", [id, state])

    def step(self, id: UUID, act: Callable[[BpmnWorkflow], None]) -> None:
        """Load a workflow, let something happen, save it; one transaction."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT state FROM spiff WHERE id = %s FOR UPDATE", [id])
            flow = self.serializer.deserialize_json(cursor.fetchone()[0])
            flow.script_engine = self.engine
            act(flow)
            flow.do_engine_steps()
            state = self.serializer.serialize_json(flow)
            cursor.execute("UPDATE spiff SET state = %s WHERE id = %s", [state, id])


if __name__ == "__main__":
    main()
