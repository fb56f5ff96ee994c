"""Read BPMN 2.0 files as Camunda Modeler (7 and 8), bpmn.io and other modellers write them.

Nothing is skipped silently: what a process uses and the engine cannot run becomes a `Finding` that
names it, while the drawing keeps everything. Extensions of modellers are left alone except those
that say what a task does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypedDict

from lxml import etree

from baocheng.engine.processes.model import (
    Artifact,
    Bounds,
    Document,
    Edge,
    EventType,
    Flow,
    Link,
    Node,
    NodeType,
    Point,
    Process,
    ResultShape,
    Shape,
    Timer,
    TimerType,
)
from baocheng.engine.publishing.findings import Finding
from baocheng.kernel.text import _

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"

ELEMENT_NAMES = {
    "sequenceFlow": _("连线"),
    "startEvent": _("开始事件"),
    "endEvent": _("结束事件"),
    "intermediateCatchEvent": _("中间捕获事件"),
    "intermediateThrowEvent": _("中间抛出事件"),
    "boundaryEvent": _("边界事件"),
    "userTask": _("用户任务"),
    "serviceTask": _("服务任务"),
    "sendTask": _("发送任务"),
    "receiveTask": _("接收任务"),
    "businessRuleTask": _("业务规则任务"),
    "exclusiveGateway": _("排他网关"),
    "parallelGateway": _("并行网关"),
    "eventBasedGateway": _("事件网关"),
    "subProcess": _("子流程"),
    "task": _("未定类型的任务"),
    "manualTask": _("手工任务"),
    "scriptTask": _("脚本任务"),
    "callActivity": _("调用活动"),
    "transaction": _("事务子流程"),
    "adHocSubProcess": _("自由子流程"),
    "inclusiveGateway": _("包容网关"),
    "complexGateway": _("复杂网关"),
    "error": _("错误事件"),
    "escalation": _("升级事件"),
    "signal": _("信号事件"),
    "compensate": _("补偿事件"),
    "conditional": _("条件事件"),
    "link": _("链接事件"),
    "cancel": _("取消事件"),
    "multiple": _("多重事件"),
    "timer": _("定时事件"),
    "message": _("消息事件"),
    "terminate": _("终止事件"),
    "parallel": _("并行多实例"),
    "sequential": _("串行多实例"),
    "loop": _("循环"),
}

_ADVICE = {
    "task": _("请改为用户任务、服务任务或业务规则任务"),
    "manualTask": _("请改为用户任务，由经办人确认完成"),
    "scriptTask": _("请改为服务任务并登记步骤"),
}

_RUN_EVENTS = {
    NodeType.START: {EventType.NONE, EventType.MESSAGE},
    NodeType.END: {EventType.NONE, EventType.MESSAGE, EventType.TERMINATE},
    NodeType.CATCH: {EventType.MESSAGE, EventType.TIMER},
    NodeType.THROW: {EventType.NONE, EventType.MESSAGE},
    NodeType.BOUNDARY: {EventType.MESSAGE, EventType.TIMER},
}
_DRAWN_ONLY = {
    NodeType.TASK,
    NodeType.MANUAL_TASK,
    NodeType.SCRIPT_TASK,
    NodeType.CALL_ACTIVITY,
    NodeType.TRANSACTION,
    NodeType.AD_HOC,
    NodeType.INCLUSIVE,
    NodeType.COMPLEX,
}
_ARTIFACTS = (
    "participant",
    "lane",
    "dataObjectReference",
    "dataStoreReference",
    "textAnnotation",
    "group",
)
_LINKS = ("association", "dataInputAssociation", "dataOutputAssociation", "messageFlow")
_NOT_NODES = {
    "sequenceFlow", *_ARTIFACTS, *_LINKS,
    "documentation", "extensionElements", "laneSet", "dataObject", "property", "ioSpecification",
    "incoming", "outgoing", "auditing", "monitoring", "resourceRole", "performer",
    "humanPerformer", "potentialOwner", "correlationSubscription", "supports", "rendering",
    "standardLoopCharacteristics", "multiInstanceLoopCharacteristics",
}  # fmt: skip


class _DecisionCall(TypedDict):
    decision: str
    result_variable: str
    result_shape: ResultShape


def read_bpmn(text: str, path: str) -> Document:
    """Return the file as a document; its `findings` hold every error of reading, all at once."""
    try:
        root = parse_xml(text)
    except etree.XMLSyntaxError as error:
        sentence = _("不是完整的 XML 文件：{reason}").format(reason=error.msg)
        return _unreadable(path, sentence, error.lineno or 0)
    if root.getroottree().docinfo.internalDTD is not None:
        return _unreadable(path, _("文件带有 DOCTYPE 声明，出于安全不予读取。"))
    if root.tag != f"{BPMN}definitions":
        return _unreadable(path, _("文件的根元素不是 BPMN 2.0 的 definitions。"))
    return _Reader(path, root).document()


def parse_xml(text: str, *, keeps_comments: bool = False) -> etree._Element:
    """Return the root element; nothing outside the text is ever fetched.

    Raises:
        lxml.etree.XMLSyntaxError: the text is not well-formed XML.
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=not keeps_comments,
        remove_pis=not keeps_comments,
    )
    return etree.fromstring(text.encode(), parser)


def _unreadable(path: str, sentence: str, line: int = 0) -> Document:
    finding = Finding(path, _("文件"), "processes.unreadable", sentence, line)
    return Document(path=path, findings=(finding,))


class _Reader:
    def __init__(self, path: str, root: etree._Element) -> None:
        self.path = path
        self.root = root
        self.findings: list[Finding] = []
        self.messages = {
            message.get("id", ""): message.get("name", "")
            for message in root.iterfind(f"{BPMN}message")
        }
        # Findings are made only inside processes that can be started: a customer's pool beside
        # ours may be drawn with whatever BPMN offers.
        self.is_strict = True

    def document(self) -> Document:
        self._refuse_repeated_ids()
        processes = tuple(self._process(each) for each in self.root.iterfind(f"{BPMN}process"))
        return Document(
            path=self.path,
            processes=processes,
            artifacts={artifact.id: artifact for artifact in _artifacts(self.root)},
            links={link.id: link for link in _links(self.root)},
            shapes=dict(_shapes(self.root)),
            edges=dict(_edges(self.root)),
            findings=tuple(self.findings),
        )

    def _find(self, element: etree._Element, code: str, sentence: str) -> None:
        if not self.is_strict:
            return
        tag = etree.QName(element).localname
        place = " ".join(
            part
            for part in (
                ELEMENT_NAMES.get(tag, tag),
                element.get("id"),
                f"“{element.get('name')}”" if element.get("name") else "",
            )
            if part
        )
        self.findings.append(Finding(self.path, place, code, sentence, _line(element)))

    def _refuse(self, element: etree._Element, what: str) -> None:
        sentence = _("流程引擎不支持“{what}”（BPMN {tag}）").format(
            what=ELEMENT_NAMES.get(what, what), tag=what
        )
        advice = _ADVICE.get(what)
        sentence += f"：{advice}。" if advice else "。"
        self._find(element, "processes.unsupported_element", sentence)

    def _refuse_repeated_ids(self) -> None:
        seen: dict[str, int] = {}
        for element in self.root.iter(f"{BPMN}*"):
            id = element.get("id")
            if id is None:
                continue
            if id in seen:
                sentence = _("编号“{id}”重复，第 {line} 行已经使用。").format(id=id, line=seen[id])
                self._find(element, "processes.duplicate_id", sentence)
            seen.setdefault(id, _line(element))

    def _process(self, element: etree._Element) -> Process:
        self.is_strict = is_executable = element.get("isExecutable", "true") != "false"
        flows = {flow.id: flow for flow in self._flows(element)}
        incoming: dict[str, list[Flow]] = {}
        outgoing: dict[str, list[Flow]] = {}
        for flow in flows.values():
            outgoing.setdefault(flow.source, []).append(flow)
            incoming.setdefault(flow.target, []).append(flow)
        nodes = {
            node.id: replace(
                node,
                incoming=tuple(incoming.get(node.id, ())),
                outgoing=tuple(outgoing.get(node.id, ())),
            )
            for node in self._nodes(element, scope="")
        }
        self._refuse_loose_flows(element, nodes)
        self.is_strict = True
        return Process(
            key=element.get("id", ""),
            name=element.get("name", ""),
            is_executable=is_executable,
            nodes=nodes,
            flows=flows,
            line=_line(element),
            documentation=_documentation(element),
        )

    def _flows(self, process: etree._Element) -> Iterator[Flow]:
        for element in process.iter(f"{BPMN}sequenceFlow"):
            condition = element.find(f"{BPMN}conditionExpression")
            yield Flow(
                id=element.get("id", ""),
                name=element.get("name", ""),
                source=element.get("sourceRef", ""),
                target=element.get("targetRef", ""),
                condition=_expression(condition),
                line=_line(element),
            )

    def _refuse_loose_flows(self, process: etree._Element, nodes: Mapping[str, Node]) -> None:
        for element in process.iter(f"{BPMN}sequenceFlow"):
            source = nodes.get(element.get("sourceRef", ""))
            target = nodes.get(element.get("targetRef", ""))
            if source is None or target is None:
                sentence = _("连线的起点或终点不存在。")
            elif source.scope != target.scope:
                sentence = _("连线跨越了子流程的边界。")
            else:
                continue
            self._find(element, "processes.loose_flow", sentence)

    def _nodes(self, container: etree._Element, scope: str) -> Iterator[Node]:
        for element in container:
            tag = etree.QName(element).localname
            if not element.tag.startswith(BPMN) or tag in _NOT_NODES:
                continue
            try:
                type = NodeType(tag)
            except ValueError:
                self._refuse(element, tag)
                continue
            yield self._node(element, type, scope)
            if type.is_container:
                yield from self._nodes(element, element.get("id", ""))

    def _node(self, element: etree._Element, type: NodeType, scope: str) -> Node:
        if type in _DRAWN_ONLY:
            self._refuse(element, type.value)
        event, definition = self._event(element, type)
        marker = self._marker(element)
        is_event_triggered = element.get("triggeredByEvent") == "true"
        if is_event_triggered:
            self._refuse(element, _("事件子流程"))
        if element.get("isForCompensation") == "true":
            self._refuse(element, EventType.COMPENSATION)
        return Node(
            id=element.get("id", ""),
            name=" ".join(element.get("name", "").split()),
            type=type,
            scope=scope,
            line=_line(element),
            documentation=_documentation(element),
            default=element.get("default", ""),
            event=event,
            message=self._message(element, definition),
            timer=self._timer(definition),
            host=element.get("attachedToRef", ""),
            is_interrupting=element.get("cancelActivity", "true") != "false",
            marker=marker,
            is_event_triggered=is_event_triggered,
            form=_form(element),
            roles=_roles(element),
            step=_step(element if definition is None else definition),
            **_decision(element),
        )

    def _event(
        self, element: etree._Element, type: NodeType
    ) -> tuple[EventType, etree._Element | None]:
        definitions = [
            child for child in element if etree.QName(child).localname.endswith("EventDefinition")
        ]
        if not type.is_event:
            return EventType.NONE, None
        if not definitions:
            event = EventType.NONE
        elif len(definitions) > 1:
            event = EventType.MULTIPLE
        else:
            tag = etree.QName(definitions[0]).localname
            event = EventType(tag.removesuffix("EventDefinition"))
        if event not in _RUN_EVENTS[type]:
            self._refuse(element, event if event is not EventType.NONE else _("未定类型的事件"))
        return event, definitions[0] if definitions else None

    def _message(self, element: etree._Element, definition: etree._Element | None) -> str:
        holder = element if definition is None else definition
        reference = holder.get("messageRef", "").rpartition(":")[2]
        return self.messages.get(reference, reference)

    def _timer(self, definition: etree._Element | None) -> Timer | None:
        if definition is None:
            return None
        for type in TimerType:
            expression = definition.find(f"{BPMN}{type}")
            if expression is not None:
                if type is TimerType.CYCLE:
                    self._refuse(expression, _("循环定时"))
                return Timer(type, _expression(expression))
        return None

    def _marker(self, element: etree._Element) -> str:
        if element.find(f"{BPMN}standardLoopCharacteristics") is not None:
            marker = "loop"
        elif (several := element.find(f"{BPMN}multiInstanceLoopCharacteristics")) is not None:
            marker = "sequential" if several.get("isSequential") == "true" else "parallel"
        else:
            return ""
        self._refuse(element, marker)
        return marker


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline
    return int(line or 0)


def _documentation(element: etree._Element) -> str:
    text = element.findtext(f"{BPMN}documentation") or ""
    return text.strip()


def _expression(element: etree._Element | None) -> str:
    """Return the expression without the marks Camunda puts around it: `${…}`, `#{…}`, `=…`."""
    text = ("" if element is None else element.text or "").strip()
    if text[:2] in ("${", "#{") and text.endswith("}"):
        text = text[2:-1]
    return text.removeprefix("=").strip()


def _extension(element: etree._Element, tag: str, attribute: str) -> str:
    extension = element.find(f"{BPMN}extensionElements/{ZEEBE}{tag}")
    return "" if extension is None else extension.get(attribute, "").removeprefix("=").strip()


def _form(element: etree._Element) -> str:
    return (
        element.get(f"{CAMUNDA}formKey")
        or element.get(f"{CAMUNDA}formRef")
        or _extension(element, "formDefinition", "formId")
        or _extension(element, "formDefinition", "formKey")
    )


def _roles(element: etree._Element) -> tuple[str, ...]:
    names = element.get(f"{CAMUNDA}candidateGroups") or _extension(
        element, "assignmentDefinition", "candidateGroups"
    )
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _step(element: etree._Element) -> str:
    implementation = element.get("implementation", "")
    return (
        element.get(f"{CAMUNDA}topic")
        or _extension(element, "taskDefinition", "type")
        # BPMN's own default means "some web service" and names nothing.
        or ("" if implementation.startswith("##") else implementation)
    )


def _decision(element: etree._Element) -> _DecisionCall:
    shape = element.get(f"{CAMUNDA}mapDecisionResult", "")
    return {
        "decision": element.get(f"{CAMUNDA}decisionRef")
        or _extension(element, "calledDecision", "decisionId"),
        "result_variable": element.get(f"{CAMUNDA}resultVariable")
        or _extension(element, "calledDecision", "resultVariable"),
        "result_shape": ResultShape(shape) if shape else ResultShape.SINGLE_RESULT,
    }


def _artifacts(root: etree._Element) -> Iterator[Artifact]:
    for element in root.iter(*(f"{BPMN}{tag}" for tag in _ARTIFACTS)):
        name = element.get("name") or element.findtext(f"{BPMN}text") or ""
        yield Artifact(element.get("id", ""), etree.QName(element).localname, name.strip())


def _links(root: etree._Element) -> Iterator[Link]:
    for element in root.iter(*(f"{BPMN}{tag}" for tag in _LINKS)):
        yield Link(
            id=element.get("id", ""),
            type=etree.QName(element).localname,
            name=element.get("name", ""),
            source=element.get("sourceRef") or element.findtext(f"{BPMN}sourceRef") or "",
            target=element.get("targetRef") or element.findtext(f"{BPMN}targetRef") or "",
            direction=element.get("associationDirection", "None"),
        )


def _shapes(root: etree._Element) -> Iterator[tuple[str, Shape]]:
    for element in root.iter(f"{BPMNDI}BPMNShape"):
        bounds = _bounds(element)
        if bounds is not None:
            yield (
                element.get("bpmnElement", "").rpartition(":")[2],
                Shape(
                    bounds,
                    _label(element),
                    is_expanded=element.get("isExpanded", "true") != "false",
                    is_horizontal=element.get("isHorizontal", "true") != "false",
                ),
            )


def _edges(root: etree._Element) -> Iterator[tuple[str, Edge]]:
    for element in root.iter(f"{BPMNDI}BPMNEdge"):
        waypoints = tuple(
            Point(_number(each, "x"), _number(each, "y"))
            for each in element.iterfind(f"{DI}waypoint")
        )
        if len(waypoints) > 1:
            yield (
                element.get("bpmnElement", "").rpartition(":")[2],
                Edge(waypoints, _label(element)),
            )


def _label(element: etree._Element) -> Bounds | None:
    label = element.find(f"{BPMNDI}BPMNLabel")
    return None if label is None else _bounds(label)


def _bounds(element: etree._Element) -> Bounds | None:
    bounds = element.find(f"{DC}Bounds")
    if bounds is None:
        return None
    x, y, width, height = (_number(bounds, name) for name in ("x", "y", "width", "height"))
    return Bounds(x, y, width, height)


def _number(element: etree._Element, name: str) -> float:
    try:
        return float(element.get(name, "0"))
    except ValueError:
        return 0.0
