"""Everything wrong with a process that can be seen before anyone runs it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from baocheng.engine.decisions.feel import (
    Compiled,
    UnreadableExpression,
    compile_expression,
    tree,
)
from baocheng.engine.processes.bpmn import ELEMENT_NAMES
from baocheng.engine.processes.conditions import uncovered_case
from baocheng.engine.processes.model import (
    Document,
    EventType,
    Flow,
    Node,
    NodeType,
    Process,
    ResultShape,
)
from baocheng.engine.processes.soundness import explore
from baocheng.engine.processes.timers import read_timer
from baocheng.engine.publishing.findings import Finding
from baocheng.engine.publishing.handbook import nearest
from baocheng.kernel.text import _


@dataclass(frozen=True, kw_only=True)
class Known:
    """The names that a process may use; None means that nobody knows, so nothing is refused.

    `operation_of` says which operation a form names for its answers, "" where it names none;
    `inputs_of` what a decision asks for and `outputs_of` what a decision table answers.
    """

    roles: Collection[str] | None = None
    forms: Collection[str] | None = None
    steps: Collection[str] | None = None
    decisions: Collection[str] | None = None
    messages: Collection[str] | None = None
    facts: Collection[str] | None = None
    operations: Collection[str] | None = None
    operation_of: Mapping[str, str] = field(default_factory=dict)
    inputs_of: Mapping[str, Collection[str]] = field(default_factory=dict)
    outputs_of: Mapping[str, Collection[str]] = field(default_factory=dict)


_KINDS = {
    "role": _("岗位"),
    "form": _("表单"),
    "operation": _("表单所要办理的操作"),
    "step": _("步骤"),
    "decision": _("决策"),
    "message": _("消息"),
    "fact": _("事实"),
    "output": _("决策输出"),
}
_MISSING = {
    "role": _("没有指定办理岗位（候选组）。"),
    "step": _("没有指定执行步骤（topic）。"),
    "decision": _("没有指定决策（decisionRef）。"),
    "result": _("没有指定结果变量（resultVariable），决策结果会丢失。"),
    "message": _("没有指定消息名称。"),
}


def check_process(document: Document, process: Process, known: Known) -> list[Finding]:
    """Return all findings, in the order of the file."""
    found = _Check(document, process, known).findings()
    return sorted(found, key=lambda finding: finding.line)


class _Check:
    def __init__(self, document: Document, process: Process, known: Known) -> None:
        self.document = document
        self.process = process
        self.known = known

    def findings(self) -> Iterator[Finding]:
        yield from self._shape()
        yield from self._drawing()
        for node in self.process.nodes.values():
            yield from self._references(node)
            yield from self._timer(node)
        for flow in self.process.flows.values():
            yield from self._condition(flow)
        for node in self.process.nodes.values():
            if node.type is NodeType.EXCLUSIVE:
                yield from self._gateway(node)

    def _found(self, thing: Node | Flow, code: str, sentence: str, **names: object) -> Finding:
        kind = ELEMENT_NAMES[thing.type.value] if isinstance(thing, Node) else _("连线")
        place = f"{kind} {thing.id}" + (f" “{thing.name}”" if thing.name else "")
        return Finding(
            self.document.path,
            place,
            f"processes.{code}",
            sentence.format(**names) if names else sentence,
            thing.line,
        )

    # The graph.

    def _shape(self) -> Iterator[Finding]:
        """Find what keeps tokens from coming, going or ending. The rest needs a whole graph."""
        loose = [*self._starts(), *self._ends(), *self._borders(), *self._races()]
        yield from loose
        if loose or any(flow.target not in self.process.nodes for flow in self._flows()):
            return
        reached = self._reached()
        for node in self.process.nodes.values():
            if node.id not in reached:
                sentence = _("从开始事件走不到这里。")
                yield self._found(node, "unreachable", sentence)
        yield from self._without_end(reached)
        yield from self._circles()
        yield from self._joins()

    def _flows(self) -> Iterable[Flow]:
        return self.process.flows.values()

    def _starts(self) -> Iterator[Finding]:
        scopes: dict[str, list[Node]] = {"": []}
        for node in self.process.nodes.values():
            if node.type.is_container:
                scopes.setdefault(node.id, [])
            if node.type is NodeType.START:
                scopes.setdefault(node.scope, []).append(node)
        for scope, starts in scopes.items():
            plain = [node for node in starts if node.event is EventType.NONE]
            for extra in plain[1:]:
                sentence = _("同一层只能有一个普通开始事件，已有 {first}。")
                yield self._found(extra, "several_starts", sentence, first=plain[0].label)
            for node in starts:
                if scope and node.event is not EventType.NONE:
                    sentence = _("子流程只能由普通开始事件开始。")
                    yield self._found(node, "start_in_sub_process", sentence)
            if not (plain or (starts and not scope)):
                holder = self.process.nodes.get(scope)
                yield self._no_start(holder)

    def _no_start(self, holder: Node | None) -> Finding:
        sentence = _("没有开始事件。")
        if holder:
            return self._found(holder, "no_start", sentence)
        place = _("流程 {key}").format(key=self.process.key)
        return Finding(self.document.path, place, "processes.no_start", sentence, self.process.line)

    def _ends(self) -> Iterator[Finding]:
        for node in self.process.nodes.values():
            is_start = node.type in (NodeType.START, NodeType.BOUNDARY)
            if is_start and node.incoming:
                yield self._found(node, "flow_into_start", _("此处不能有流入的连线。"))
            if node.type is NodeType.END and node.outgoing:
                yield self._found(node, "flow_out_of_end", _("结束事件之后不能再有连线。"))
            if node.type is not NodeType.END and not node.outgoing:
                yield self._found(node, "dead_end", _("之后没有去向，请连到下一环节或结束事件。"))

    def _borders(self) -> Iterator[Finding]:
        for node in self.process.nodes.values():
            host = self.process.nodes.get(node.host)
            if node.type is NodeType.BOUNDARY and not (host and host.type.is_activity):
                yield self._found(node, "loose_boundary", _("边界事件没有附着在任务或子流程上。"))

    def _races(self) -> Iterator[Finding]:
        for node in self.process.nodes.values():
            if node.type is not NodeType.EVENT_BASED:
                continue
            if len(node.outgoing) < 2:
                yield self._found(node, "race_of_one", _("事件网关之后至少要有两个事件。"))
            for flow in node.outgoing:
                event = self.process.nodes.get(flow.target)
                if event and (event.type is not NodeType.CATCH or len(event.incoming) > 1):
                    sentence = _("事件网关之后只能是只由它流入的中间捕获事件，不能是“{name}”。")
                    yield self._found(flow, "race_without_event", sentence, name=event.label)

    def _next(self, node: Node) -> Iterator[str]:
        yield from (flow.target for flow in node.outgoing)
        yield from (boundary.id for boundary in self.process.boundaries.get(node.id, ()))
        if node.id in self.process.starts:
            yield self.process.starts[node.id].id

    def _reached(self) -> set[str]:
        reached: set[str] = set()
        todo = [
            node.id
            for node in self.process.nodes.values()
            if node.type is NodeType.START and not node.scope
        ]
        while todo:
            id = todo.pop()
            if id not in reached:
                reached.add(id)
                todo.extend(self._next(self.process.nodes[id]))
        return reached

    def _without_end(self, reached: Collection[str]) -> Iterator[Finding]:
        """Find the nodes from which no end event of their scope can be reached."""
        ending: set[str] = set()
        todo = [node for node in self.process.nodes.values() if node.type is NodeType.END]
        while todo:
            node = todo.pop()
            if node.id in ending:
                continue
            ending.add(node.id)
            todo.extend(self.process.nodes[flow.source] for flow in node.incoming)
            if node.host:
                todo.append(self.process.nodes[node.host])
        for node in self.process.nodes.values():
            if node.id in reached and node.id not in ending:
                yield self._found(node, "endless", _("从这里走不到任何结束事件，循环没有出口。"))

    def _circles(self) -> Iterator[Finding]:
        """Find loops of gateways and passing events, which would run without ever waiting."""
        passing = {
            node.id: [flow.target for flow in node.outgoing]
            for node in self.process.nodes.values()
            if node.type in (NodeType.EXCLUSIVE, NodeType.PARALLEL)
            or (node.type is NodeType.THROW and node.event is EventType.NONE)
        }
        for id, targets in passing.items():
            todo, seen = list(targets), set[str]()
            while todo:
                target = todo.pop()
                if target in passing and target not in seen:
                    seen.add(target)
                    todo.extend(passing[target])
            if id in seen:
                sentence = _("这里的循环中没有任何任务或等待，流程会空转。")
                yield self._found(self.process.nodes[id], "idle_loop", sentence)

    def _joins(self) -> Iterator[Finding]:
        soundness = explore(self.process)
        for id in soundness.stuck_joins:
            sentence = _("这里要等齐所有流入的分支，但有的走法只会到达其中一部分，案件将停在这里。")
            yield self._found(self.process.nodes[id], "join_waits_forever", sentence)
        for id in soundness.piling_flows:
            sentence = _("循环中的分支不断增加，同一环节会被重复办理。")
            yield self._found(self.process.flows[id], "tokens_pile_up", sentence)
        for id in soundness.endless_starts:
            sentence = _("从这里开始的案件永远不会结束：每一轮循环都会留下新的分支。")
            yield self._found(self.process.nodes[id], "never_ends", sentence)

    # The drawing.

    def _drawing(self) -> Iterator[Finding]:
        missing: list[Node | Flow] = [
            node for node in self.process.nodes.values() if node.id not in self.document.shapes
        ]
        missing += [flow for flow in self._flows() if flow.id not in self.document.edges]
        if missing:
            sentence = _("有 {count} 个元素没有图形信息（BPMN DI），例如 {first}，流程图无法绘制。")
            yield self._found(
                missing[0], "missing_diagram", sentence, count=len(missing), first=missing[0].id
            )

    # Names and expressions.

    def _references(self, node: Node) -> Iterator[Finding]:
        for what, name, known in self._names(node):
            if name:
                yield from self._unknown(node, what, name, known)
            elif what in _MISSING:
                yield self._found(node, f"missing_{what}", _MISSING[what])
        if len(node.roles) > 1:
            sentence = _("一个任务只能交给一个岗位，这里写了 {count} 个。")
            yield self._found(node, "several_roles", sentence, count=len(node.roles))
        if node.type is NodeType.DECISION_TASK:
            yield from self._decision(node)

    def _decision(self, node: Node) -> Iterator[Finding]:
        if not node.result_variable:
            yield self._found(node, "missing_result", _MISSING["result"])
        for name in sorted(self.known.inputs_of.get(node.decision, ())):
            yield from self._unknown(node, "fact", name, self._facts_known)

    def _names(self, node: Node) -> Iterator[tuple[str, str, Collection[str] | None]]:
        """Yield what the node must name: what it is, the name given, the names there are."""
        known = self.known
        match node.type:
            case NodeType.USER_TASK:
                yield from (("role", role, known.roles) for role in node.roles or ("",))
                yield "form", node.form, known.forms
                yield "operation", known.operation_of.get(node.form, ""), known.operations
            case NodeType.SERVICE_TASK | NodeType.SEND_TASK:
                yield "step", node.step, known.steps
            case NodeType.DECISION_TASK:
                yield "decision", node.decision, known.decisions
        if node.event is EventType.MESSAGE or node.type is NodeType.RECEIVE_TASK:
            yield "message", node.message, known.messages

    def _unknown(
        self, thing: Node | Flow, what: str, name: str, known: Collection[str] | None
    ) -> Iterator[Finding]:
        if known is not None and name not in known:
            sentence = _("{kind}“{name}”不存在{hint}")
            hint = nearest(name, known) or "。"
            yield self._found(
                thing, f"unknown_{what}", sentence, kind=_KINDS[what], name=name, hint=hint
            )

    def _timer(self, node: Node) -> Iterator[Finding]:
        if node.event is not EventType.TIMER:
            return
        if node.timer is None or not node.timer.text:
            yield self._found(node, "missing_timer", _("没有指定时间。"))
            return
        try:
            expression = read_timer(node.timer)
        except UnreadableExpression as problem:
            yield self._found(node, "unreadable_timer", "{problem}", problem=problem)
            return
        if expression:
            yield from self._facts(node, expression)

    def _condition(self, flow: Flow) -> Iterator[Finding]:
        source = self.process.nodes.get(flow.source)
        if not flow.condition or source is None:
            return
        if source.type is not NodeType.EXCLUSIVE:
            sentence = _("条件只能写在排他网关流出的连线上。")
            yield self._found(flow, "condition_without_gateway", sentence)
        try:
            expression = compile_expression(flow.condition)
        except UnreadableExpression as problem:
            yield self._found(flow, "unreadable_condition", "{problem}", problem=problem)
            return
        yield from self._facts(flow, expression)

    def _facts(self, thing: Node | Flow, expression: Compiled) -> Iterator[Finding]:
        for name in sorted(expression.names):
            yield from self._unknown(thing, "fact", name, self._facts_known)
        for variable, name in sorted(_entries(expression.node)):
            yield from self._unknown(thing, "output", name, self._outputs.get(variable))

    @cached_property
    def _facts_known(self) -> Collection[str] | None:
        """What may be asked: facts of the case, and the variables that decisions leave."""
        if self.known.facts is None:
            return None
        nodes = self.process.nodes.values()
        return {*self.known.facts, *(node.result_variable for node in nodes)}

    @cached_property
    def _outputs(self) -> Mapping[str, Collection[str]]:
        """The entries of the variables that hold the answer of a decision table."""
        return {
            node.result_variable: self.known.outputs_of[node.decision]
            for node in self.process.nodes.values()
            if node.result_shape is ResultShape.SINGLE_RESULT
            and node.decision in self.known.outputs_of
        }

    def _gateway(self, node: Node) -> Iterator[Finding]:
        if node.default and node.default not in {flow.id for flow in node.outgoing}:
            yield self._found(node, "unknown_default", _("默认流向不是本网关流出的连线。"))
        if len(node.outgoing) < 2:
            return
        ways = [flow for flow in node.outgoing if flow.id != node.default]
        bare = [flow for flow in ways if not flow.condition]
        for flow in bare:
            yield self._found(flow, "missing_condition", _("没有条件，也不是默认流向。"))
        if node.default or bare:
            return
        case = self._uncovered(ways)
        if case is not None:
            shown = "、".join(f"{name} = {value}" for name, value in case.items())
            sentence = _("没有默认流向，而所有条件可能都不成立{example}。")
            example = _("，例如 {case}").format(case=shown) if shown else ""
            yield self._found(node, "no_default", sentence, example=example)

    def _uncovered(self, ways: Iterable[Flow]) -> Mapping[str, str] | None:
        try:
            return uncovered_case([compile_expression(flow.condition) for flow in ways])
        except UnreadableExpression:
            return None  # reported beside the condition itself


def _entries(node: tree.Node) -> Iterator[tuple[str, str]]:
    """Yield every `variable.entry` of an expression."""
    match node:
        case tree.Path(tree.Name(variable), name):
            yield variable, name
    for child in tree.children(node):
        yield from _entries(child)
