"""A BPMN file as plain values: what is run, and how it is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from baocheng.engine.publishing.findings import Finding


class NodeType(StrEnum):
    """The flow elements of BPMN, by their tag. Those after SUB_PROCESS are drawn but never run."""

    START = "startEvent"
    END = "endEvent"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"
    USER_TASK = "userTask"
    SERVICE_TASK = "serviceTask"
    SEND_TASK = "sendTask"
    RECEIVE_TASK = "receiveTask"
    DECISION_TASK = "businessRuleTask"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    EVENT_BASED = "eventBasedGateway"
    SUB_PROCESS = "subProcess"

    TASK = "task"
    MANUAL_TASK = "manualTask"
    SCRIPT_TASK = "scriptTask"
    CALL_ACTIVITY = "callActivity"
    TRANSACTION = "transaction"
    AD_HOC = "adHocSubProcess"
    INCLUSIVE = "inclusiveGateway"
    COMPLEX = "complexGateway"

    @property
    def is_event(self) -> bool:
        """A circle: start, end, intermediate or boundary event."""
        return self in _EVENTS

    @property
    def is_gateway(self) -> bool:
        """A diamond."""
        return self in _GATEWAYS

    @property
    def is_activity(self) -> bool:
        """A rounded box: something that takes time and may carry boundary events."""
        return not (self.is_event or self.is_gateway)

    @property
    def is_container(self) -> bool:
        """A box with a flow of its own inside."""
        return self in _CONTAINERS


_EVENTS = frozenset(
    {NodeType.START, NodeType.END, NodeType.CATCH, NodeType.THROW, NodeType.BOUNDARY}
)
_GATEWAYS = frozenset(
    {
        NodeType.EXCLUSIVE,
        NodeType.PARALLEL,
        NodeType.EVENT_BASED,
        NodeType.INCLUSIVE,
        NodeType.COMPLEX,
    }
)
_CONTAINERS = frozenset({NodeType.SUB_PROCESS, NodeType.TRANSACTION, NodeType.AD_HOC})


class EventType(StrEnum):
    """What an event waits for or brings about. Those after TERMINATE are drawn but never run."""

    NONE = "none"
    MESSAGE = "message"
    TIMER = "timer"
    TERMINATE = "terminate"

    ERROR = "error"
    ESCALATION = "escalation"
    SIGNAL = "signal"
    COMPENSATION = "compensate"
    CONDITIONAL = "conditional"
    LINK = "link"
    CANCEL = "cancel"
    MULTIPLE = "multiple"


class ResultShape(StrEnum):
    """How a decision's answer becomes one variable (Camunda's `mapDecisionResult`)."""

    SINGLE_RESULT = "singleResult"
    SINGLE_ENTRY = "singleEntry"
    COLLECT_ENTRIES = "collectEntries"
    RESULT_LIST = "resultList"


class TimerType(StrEnum):
    """Whether a timer gives a length, a moment or a repetition."""

    DURATION = "timeDuration"
    DATE = "timeDate"
    CYCLE = "timeCycle"


class Timer(NamedTuple):
    """When a timer event falls due, as written: ISO 8601 or an S-FEEL expression over facts."""

    type: TimerType
    text: str


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow: the only way a token travels."""

    id: str
    name: str
    source: str
    target: str
    condition: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Node:
    """A flow element where a token can be.

    `scope` is the id of the sub-process around it, empty on the process itself. Only the fields
    that belong to its type are filled: `roles` and `form` on user tasks, `step` on service and
    send tasks and on throwing message events, `decision` and what follows on business-rule tasks,
    `host` and `is_interrupting` on boundary events.
    """

    id: str
    name: str
    type: NodeType
    scope: str = ""
    line: int = 0
    documentation: str = ""
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    default: str = ""

    event: EventType = EventType.NONE
    message: str = ""
    timer: Timer | None = None
    host: str = ""
    is_interrupting: bool = True

    form: str = ""
    roles: tuple[str, ...] = ()
    step: str = ""
    decision: str = ""
    result_variable: str = ""
    result_shape: ResultShape = ResultShape.SINGLE_RESULT

    marker: str = ""  # "parallel", "sequential" or "loop": drawn under an activity, never run
    is_event_triggered: bool = False  # an event sub-process: drawn dotted, never run

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or self.id


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process: a graph of nodes, with the graphs of its sub-processes inside."""

    key: str
    name: str
    is_executable: bool
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    line: int = 0
    documentation: str = ""

    @cached_property
    def starts(self) -> Mapping[str, Node]:
        """The none start event of every scope; "" is the process itself."""
        return {
            node.scope: node
            for node in self.nodes.values()
            if node.type is NodeType.START and node.event is EventType.NONE
        }

    @cached_property
    def message_starts(self) -> Mapping[str, Node]:
        """The message start events of the process itself, by the name of their message."""
        return {
            node.message: node
            for node in self.nodes.values()
            if node.type is NodeType.START and node.event is EventType.MESSAGE and not node.scope
        }

    @cached_property
    def boundaries(self) -> Mapping[str, tuple[Node, ...]]:
        """The boundary events of every activity that has some."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.host:
                found.setdefault(node.host, []).append(node)
        return {host: tuple(events) for host, events in found.items()}


class Point(NamedTuple):
    """A place on the drawing."""

    x: float
    y: float


class Bounds(NamedTuple):
    """A rectangle on the drawing."""

    x: float
    y: float
    width: float
    height: float

    @property
    def center(self) -> Point:
        """The middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    @property
    def right(self) -> float:
        """The x of the right border."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower border."""
        return self.y + self.height


class Shape(NamedTuple):
    """Where an element is drawn, and its name when that stands outside."""

    bounds: Bounds
    label: Bounds | None = None
    is_expanded: bool = True
    is_horizontal: bool = True


class Edge(NamedTuple):
    """How a line runs, and where its name stands."""

    waypoints: tuple[Point, ...]
    label: Bounds | None = None


class Artifact(NamedTuple):
    """Something that is drawn but never run, by its tag: lane, participant, dataObjectReference,
    dataStoreReference, textAnnotation, group."""

    id: str
    type: str
    name: str


class Link(NamedTuple):
    """A line that no token travels, by its tag: association, dataInputAssociation,
    dataOutputAssociation, messageFlow."""

    id: str
    type: str
    name: str
    source: str
    target: str
    direction: str = "None"


@dataclass(frozen=True, kw_only=True)
class Document:
    """One BPMN file: its processes, their drawing, and everything in it that cannot be run."""

    path: str
    processes: tuple[Process, ...] = ()
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    edges: Mapping[str, Edge] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def executable(self) -> tuple[Process, ...]:
        """The processes that can be started; other pools are only drawn."""
        return tuple(process for process in self.processes if process.is_executable)

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes of all processes."""
        return {id: node for process in self.processes for id, node in process.nodes.items()}

    @cached_property
    def flows(self) -> Mapping[str, Flow]:
        """The sequence flows of all processes."""
        return {id: flow for process in self.processes for id, flow in process.flows.items()}
