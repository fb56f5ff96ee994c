"""The examples beside a process (`x.cases.json` beside `x.bpmn`), run by every check.

One example is one case told as a story: the facts it begins with, what happens to it in order,
and the path that it must take. Steps do nothing but what the example says; decisions are made by
the handbook's own tables unless the example answers for them.

    [{"case": "资料齐全的小额案件", "facts": {"documents_complete": true},
      "decisions": {"claim_triage": {"track": "SIMPLE"}},
      "after": {"calculate_benefit": {"payable_amount": 800}},
      "events": ["payment_confirmed", {"at": "visit_customer", "facts": {"satisfied": true}}],
      "path": ["register_claim", "triage_claim", "calculate_benefit", "claim_closed"],
      "waits_at": []}]

An event names the element where it happens: a human task that is completed, a message or timer
that occurs. `path` lists what was done in order, without gateways and the start; `waits_at` where
the case stands in the end, nothing when it is over.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from baocheng.engine.decisions.decide import decide_on_facts
from baocheng.engine.decisions.feel import compile_expression
from baocheng.engine.decisions.feel.temporal import parse_date, parse_date_and_time
from baocheng.engine.processes.interpreter import (
    Execution,
    Token,
    TokenState,
)
from baocheng.engine.processes.model import Flow, Node, NodeType, Process
from baocheng.engine.processes.results import shaped
from baocheng.engine.processes.timers import due_at
from baocheng.engine.publishing.findings import Finding
from baocheng.engine.publishing.handbook import Handbook, nearest
from baocheng.engine.publishing.kinds import SourceFile
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import SHANGHAI

# Examples have no date of their own; what depends on one gives it as a fact.
_BEGINNING = datetime(2025, 1, 6, 9, tzinfo=SHANGHAI)
_HAPPENS = frozenset({NodeType.USER_TASK, NodeType.RECEIVE_TASK, NodeType.CATCH, NodeType.BOUNDARY})
_KEYS = frozenset({"case", "facts", "decisions", "after", "events", "path", "waits_at"})


def check_examples(source: SourceFile, process: Process, handbook: Handbook) -> Iterator[Finding]:
    """Yield a finding for every example that cannot be read or takes another path."""
    try:
        examples = json.loads(source.text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        sentence = _("不是完整的 JSON：{reason}").format(reason=error.msg)
        yield Finding(source.path, _("文件"), "processes.unreadable", sentence, error.lineno)
        return
    for number, example in enumerate(examples, 1):
        name = str(example.get("case") or number)
        sentence = _difference(example, process, handbook)
        if sentence:
            place = _("案例“{name}”").format(name=name)
            yield Finding(
                source.path, place, "processes.example", sentence, _line(source.text, name)
            )


def _line(text: str, name: str) -> int:
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if name in line), 0)


def _difference(example: Mapping[str, Any], process: Process, handbook: Handbook) -> str:
    """Return what is wrong with the example, "" when it runs as it says."""
    unknown = sorted(example.keys() - _KEYS)
    if unknown:
        hint = nearest(unknown[0], _KEYS) or "。"
        return _("不认识的键“{name}”{hint}").format(name=unknown[0], hint=hint)
    story = _Story(example, process, handbook)
    try:
        story.run(example.get("events", ()))
    except Problem as problem:
        return str(problem)
    return story.compare(example)


class _OutOfPlace(Problem):
    """An event of the example cannot happen there and then."""

    code = "processes.example_event"
    message = _("轮到“{element}”时案件并不在那里，而在：{places}。")


@dataclass
class _Story:
    """An example being run; it answers what the interpreter asks about its case."""

    example: Mapping[str, Any]
    process: Process
    handbook: Handbook
    at: datetime = _BEGINNING
    path: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.execution = Execution(self.process, self)

    def run(self, events: Iterable[Any]) -> None:
        """Let the case begin and everything that the example tells happen to it.

        Raises:
            Problem: something cannot happen, or the case cannot go on.
        """
        self._learn(self.example.get("facts", {}))
        self.execution.start(self.process.starts.get("") or self._first_message_start())
        self._work()
        for event in events:
            told = event if isinstance(event, Mapping) else {"at": event}
            self._happen(str(told.get("at")), told.get("facts", {}))
            self._work()

    def compare(self, example: Mapping[str, Any]) -> str:
        expected = list(example.get("path", self.path))
        if self.path != expected:
            return _("实际路径为 {actual}，应为 {expected}。").format(
                actual=" → ".join(self.path), expected=" → ".join(expected)
            )
        waits_at = list(example.get("waits_at", ()))
        if sorted(self._stands()) != sorted(waits_at):
            return _("案件最后停在 {actual}，应为 {expected}。").format(
                actual=self._places(), expected="、".join(waits_at) or _("已结束")
            )
        return ""

    def holds(self, flow: Flow) -> bool:
        return compile_expression(flow.condition).is_true(self.facts)

    def due(self, node: Node, since: datetime) -> datetime:
        assert node.timer is not None, "only events with a timer fall due"
        return due_at(node.timer, since, self.facts)

    def _first_message_start(self) -> Node:
        return next(iter(self.process.message_starts.values()))

    def _learn(self, facts: Mapping[str, Any]) -> None:
        self.facts.update((name, _value(value)) for name, value in facts.items())

    def _happen(self, element: str, facts: Mapping[str, Any]) -> None:
        token = self._waiting().get(element)
        if token is None:
            raise _OutOfPlace(element=element, places=self._places())
        self._learn(facts)
        self.path.append(element)
        if self.process.nodes[element].type is NodeType.USER_TASK:
            self.execution.complete(token.id)
        else:
            self.execution.occur(token.id)

    def _work(self) -> None:
        """Make all calls until the case waits for somebody or is over."""
        execution = self.execution
        while execution.calls and not execution.failures:
            token = execution.calls.pop(0)
            node = self.process.nodes[token.element]
            if node.type is NodeType.DECISION_TASK:
                self._decide(node)
            self._learn(self.example.get("after", {}).get(node.id, {}))
            self.path.append(node.id)
            execution.complete(token.id)
        for _token, error in execution.failures:
            raise error
        self.path += [
            token.element
            for token in execution.touched.values()
            if self.process.nodes[token.element].type is NodeType.END
            and token.state is TokenState.DONE
            and token.element not in self.path
        ]

    def _decide(self, node: Node) -> None:
        answers = self.example.get("decisions", {})
        if node.decision in answers:
            answer = _value(answers[node.decision])
        else:
            decision = self.handbook.get("decision", node.decision)
            answer = shaped(decide_on_facts(decision, self.facts), node.result_shape)
        self.facts[node.result_variable] = answer

    def _waiting(self) -> dict[str, Token]:
        """Return the tokens at which something may happen, by their element."""
        return {
            token.element: token
            for token in self.execution.live.values()
            if token.state is TokenState.WAITING
            and self.process.nodes[token.element].type in _HAPPENS
        }

    def _stands(self) -> list[str]:
        """Return where the case waits; boundary events wait along with their task."""
        nodes = self.process.nodes
        return [each for each in self._waiting() if nodes[each].type is not NodeType.BOUNDARY]

    def _places(self) -> str:
        return "、".join(self._stands()) or _("已结束")


def _value(told: Any) -> Any:
    """Return what JSON stands for: dates and moments are written as text."""
    match told:
        case str():
            moment = parse_date_and_time(told) if "T" in told else parse_date(told)
            return told if moment is None else moment
        case Mapping():
            return {name: _value(value) for name, value in told.items()}
        case list():
            return [_value(value) for value in told]
    return told
