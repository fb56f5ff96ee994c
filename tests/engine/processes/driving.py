"""Run a process in memory from outside: by our interpreter, and by SpiffWorkflow as the oracle."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.event_definitions import timer as spiff_timer
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

from baocheng.engine.decisions.feel import compile_expression
from baocheng.engine.processes.bpmn import BPMN, read_bpmn
from baocheng.engine.processes.interpreter import (
    Execution,
    InstanceState,
    Token,
    TokenState,
    is_called,
)
from baocheng.engine.processes.model import Flow, Node, NodeType, Process
from baocheng.engine.processes.timers import due_at

NOON = datetime(2025, 3, 3, 4, tzinfo=UTC)
_SEEN = {
    NodeType.USER_TASK,
    NodeType.SERVICE_TASK,
    NodeType.SEND_TASK,
    NodeType.DECISION_TASK,
    NodeType.RECEIVE_TASK,
    NodeType.CATCH,
    NodeType.BOUNDARY,
    NodeType.END,
}


class Ours:
    """A process run by the interpreter."""

    def __init__(
        self,
        process: Process,
        facts: Mapping[str, Any] | None = None,
        *,
        start: str = "",
        answer: Callable[[str], bool] | None = None,
    ) -> None:
        self.process = process
        self.facts = dict(facts or {})
        self.answer = answer
        self.at = NOON
        self.done: Counter[str] = Counter()
        self.execution = Execution(process, self)
        self.execution.start(process.nodes[start] if start else None)
        self._work()

    def holds(self, flow: Flow) -> bool:
        if self.answer:
            return self.answer(flow.condition)
        return compile_expression(flow.condition).is_true(self.facts)

    def due(self, node: Node, since: datetime) -> datetime:
        assert node.timer
        return due_at(node.timer, since, self.facts)

    @property
    def is_over(self) -> bool:
        return self.execution.state is not InstanceState.RUNNING

    def waiting(self) -> Counter[str]:
        """Return the human tasks and events at which something may happen now."""
        waits = (NodeType.USER_TASK, NodeType.CATCH, NodeType.BOUNDARY, NodeType.RECEIVE_TASK)
        return Counter(
            token.element
            for token in self.execution.live.values()
            if self._type(token) in waits and token.state is TokenState.WAITING
        )

    def next_due(self) -> datetime:
        """Return a moment at which the next timer has fallen due."""
        dues = [token.due_at for token in self.execution.live.values() if token.due_at]
        return min(dues) + timedelta(seconds=1)

    def complete(self, element: str) -> None:
        self.execution.complete(self._at(element)[0].id)
        self._work()

    def send(self, name: str) -> None:
        for token in list(self.execution.live.values()):
            node = self.process.nodes[token.element]
            if node.message == name and not is_called(node) and token.id in self.execution.live:
                self.execution.occur(token.id)
        self._work()

    def tick(self, at: datetime) -> None:
        """Fire what fell due up to `at`, earliest first."""
        self.at = at
        due = [token for token in self.execution.live.values() if token.due_at]
        for token in sorted(due, key=lambda token: token.due_at or at):
            if token.due_at and token.due_at <= at and token.id in self.execution.live:
                self.execution.occur(token.id)
                self._work()

    def _work(self) -> None:
        while self.execution.calls:
            self.execution.complete(self.execution.calls.pop(0).id)
        assert self.execution.failures == []
        self.done = Counter(
            token.element
            for token in self.execution.touched.values()
            if self._type(token) in _SEEN and token.state is TokenState.DONE
        )

    def _at(self, element: str) -> list[Token]:
        return [t for t in self.execution.live.values() if t.element == element]

    def _type(self, token: Token) -> NodeType:
        return self.process.nodes[token.element].type


class _Clock(datetime):
    """What SpiffWorkflow takes for the time."""

    at = NOON

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return cls.at.astimezone(tz)


spiff_timer.datetime = _Clock


class _Engine(PythonScriptEngine):  # type: ignore[misc]
    """Lets SpiffWorkflow read our conditions and timers; its tasks do nothing."""

    def __init__(self, answer: Callable[[str], bool] | None) -> None:
        super().__init__()
        self.answer = answer

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        if expression.startswith(("P", "2")):
            return expression
        if self.answer:
            return self.answer(expression)
        return compile_expression(expression).is_true(task.data)

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        return True


class Oracle:
    """The same process run by SpiffWorkflow."""

    def __init__(
        self,
        text: str,
        key: str = "model",
        facts: Mapping[str, Any] | None = None,
        *,
        answer: Callable[[str], bool] | None = None,
    ) -> None:
        self.nodes = read_bpmn(text, "test.bpmn").nodes
        parser = BpmnParser()
        parser.add_bpmn_xml(_for_spiff(text))
        _Clock.at = NOON
        self.flow = BpmnWorkflow(
            parser.get_spec(key), parser.get_subprocess_specs(key), script_engine=_Engine(answer)
        )
        self.facts = dict(facts or {})
        self.flow.task_tree.set_data(**self.facts)
        self._work()

    @property
    def is_over(self) -> bool:
        return bool(self.flow.completed)

    @property
    def done(self) -> Counter[str]:
        tasks = self.flow.get_tasks(state=TaskState.COMPLETED)
        return Counter(
            id for task in tasks if (id := task.task_spec.bpmn_id) and self.nodes[id].type in _SEEN
        )

    def waiting(self) -> Counter[str]:
        ready = self.flow.get_tasks(state=TaskState.READY, manual=True)
        events = self.flow.get_tasks(state=TaskState.WAITING, spec_class=CatchingEvent)
        found: Counter[str] = Counter()
        for task in [*ready, *events]:
            node = self.nodes[task.task_spec.bpmn_id]
            # There the gateway itself stands for the events that race.
            is_race = node.type is NodeType.EVENT_BASED
            found.update([flow.target for flow in node.outgoing] if is_race else [node.id])
        return found

    def complete(self, element: str) -> None:
        tasks = self.flow.get_tasks(state=TaskState.READY, manual=True)
        task = next(task for task in tasks if task.task_spec.bpmn_id == element)
        task.set_data(**self.facts)
        task.run()
        self._work()

    def send(self, name: str) -> None:
        self.flow.catch(BpmnEvent(MessageEventDefinition(name), {}))
        self._work()

    def begin_with(self, message: str) -> None:
        """Let the message come that ours came into being by; the oracle waits at its start."""
        if message:
            self.send(message)

    def tick(self, at: datetime) -> None:
        _Clock.at = at
        self.flow.refresh_timers()
        self._work()

    def _work(self) -> None:
        self.flow.do_engine_steps()


def _for_spiff(text: str) -> etree._Element:
    """Turn tasks that call something into scripts, the only ones SpiffWorkflow runs unaided."""
    root = etree.fromstring(text.encode())
    for tag in ("serviceTask", "sendTask", "businessRuleTask"):
        for element in root.iter(f"{BPMN}{tag}"):
            element.tag = f"{BPMN}scriptTask"
            etree.SubElement(element, f"{BPMN}script").text = "pass"
    return root
