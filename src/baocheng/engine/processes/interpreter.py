"""Run one process instance in memory: tokens move until each of them waits. Pure: no database.

A token is one stay at one node. It is born READY on the flow that it arrived by, and it either
passes at once or waits: for the outside to complete an activity, for an event to occur, for the
other tokens of a join. Two references carry all structure, now and for what BPMN may still bring:

- `scope` is the token of the sub-process that it runs inside (none on the process itself): a
  sub-process is a token that waits for the tokens whose scope it is.
- `armed_by` is the token that made this event listen: the activity under a boundary event, or the
  event-based gateway before a catching event. Whoever leaves disarms what it armed, and an event
  that interrupts ends whoever armed it. That is the whole of races and interruptions.

What only the outside can do (steps, decisions, sending messages) is never called from here: such
tokens are listed in `calls`, and `complete` brings them on. So many instances can be moved side by
side and their calls made together.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from baocheng.engine.processes.model import EventType, Flow, Node, NodeType, Process
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

# More nodes than any case passes between two waits: beyond it the model runs in a circle.
_PASSES_MAX = 1000


class TokenState(StrEnum):
    """Where a token is in its stay."""

    READY = "READY"  # arrived; it stays so only when entering the node failed
    WAITING = "WAITING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class InstanceState(StrEnum):
    """Where an instance is in its life."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    TERMINATED = "TERMINATED"


class NoWayOut(Problem):
    """None of a gateway's conditions holds and it has no default flow."""

    code = "processes.no_way_out"
    message = _("网关“{node}”的所有条件都不成立，且没有默认流向。")


class RunsInCircle(Problem):
    """A loop of the model has no wait in it."""

    code = "processes.runs_in_circle"
    message = _("流程在“{node}”处循环不止，已停止推进。")


class Deadlock(Problem):
    """Every token waits at a join for others that will never come."""

    code = "processes.deadlock"
    message = _("流程停在“{node}”：等待的分支不会再到达。")


class NotWaiting(Problem):
    """The token has left, or never waited for this."""

    code = "processes.not_waiting"
    message = _("该环节已经结束或已被取消，请刷新后查看最新进度。")
    status = 409


@dataclass(slots=True, eq=False)
class Token:
    """One stay at one node."""

    id: UUID
    element: str
    flow: str
    scope: UUID | None
    armed_by: UUID | None
    entered_at: datetime
    state: TokenState = TokenState.READY
    due_at: datetime | None = None
    left_at: datetime | None = None


class Outside(Protocol):
    """What an instance must ask about its case while it moves."""

    at: datetime

    def holds(self, flow: Flow) -> bool:
        """Tell whether the condition of `flow` is true for the case."""

    def due(self, node: Node, since: datetime) -> datetime:
        """Return the moment at which the timer of `node`, started at `since`, falls due."""


class Execution:
    """One instance while it is being moved.

    `live` holds the tokens that have not left, `touched` those that are new or changed, in order
    of their first touch. `calls` are tokens that wait for the outside to act now, `failures` those
    that could not enter their node, each with the reason. The caller empties both lists.
    """

    def __init__(self, process: Process, outside: Outside, tokens: Iterable[Token] = ()) -> None:
        self.process = process
        self.outside = outside
        self.state = InstanceState.RUNNING
        self.live = {token.id: token for token in tokens}
        self.touched: dict[UUID, Token] = {}
        self.calls: list[Token] = []
        self.failures: list[tuple[Token, Exception]] = []
        self._ready: deque[Token] = deque()
        self._passes = 0

    def start(self, node: Node | None = None) -> None:
        """Begin the instance at `node`, by default its none start event."""
        self._begin(node or self.process.starts[""], None)
        self._run()

    def complete(self, id: UUID) -> None:
        """Let the token leave the activity that the outside has finished.

        Raises:
            NotWaiting: the token has left in the meantime.
        """
        token = self._waiting(id)
        self._leave(token)
        self._disarm(token)
        self._proceed(token, self.process.nodes[token.element])
        self._run()

    def occur(self, id: UUID) -> None:
        """Let the event at which the token waits happen.

        Raises:
            NotWaiting: the event is no longer awaited.
        """
        token = self._waiting(id)
        node = self.process.nodes[token.element]
        self._leave(token)
        if token.armed_by is not None:
            self._fire(node, self.live[token.armed_by])
        self._disarm(token)
        self._proceed(token, node)
        self._run()

    def retry(self, id: UUID) -> None:
        """Try again what failed: entering the node, or the call that the token stands for.

        Raises:
            NotWaiting: the token has left in the meantime.
        """
        token = self.live.get(id)
        if token is None:
            raise NotWaiting
        if token.state is TokenState.READY:
            self._ready.append(token)
        elif is_called(self.process.nodes[token.element]):
            self.calls.append(token)
        self._run()

    def _waiting(self, id: UUID) -> Token:
        token = self.live.get(id)
        if token is None or token.state is not TokenState.WAITING:
            raise NotWaiting
        return token

    def _run(self) -> None:
        """Move ready tokens, first come first served, until all wait."""
        while self._ready:
            token = self._ready.popleft()
            if token.state is not TokenState.READY:
                continue  # cancelled while it stood in the queue
            self._passes += 1
            node = self.process.nodes[token.element]
            try:
                if self._passes > _PASSES_MAX:
                    raise RunsInCircle(node=node.label)
                self._enter(token, node)
            except Exception as error:  # noqa: BLE001 - a condition may fail in any way
                self.failures.append((token, error))
        self._notice_deadlock()

    def _enter(self, token: Token, node: Node) -> None:
        """Pass the node, or wait at it. Whatever may fail is asked before anything changes."""
        match node.type:
            case NodeType.EXCLUSIVE:
                way = self._choose(node)
                self._leave(token)
                self._arrive(way, token.scope)
            case NodeType.PARALLEL:
                self._join(token, node)
            case NodeType.EVENT_BASED:
                nodes = self.process.nodes
                self._wait(token, [(nodes[flow.target], flow.id) for flow in node.outgoing])
            case NodeType.END if node.event is EventType.TERMINATE:
                self._terminate(token)
            case NodeType.CATCH | NodeType.RECEIVE_TASK:
                token.due_at = self._due(node, token.entered_at)
                self._wait_guarded(token, node)
            case NodeType.SUB_PROCESS:
                self._wait_guarded(token, node)
                self._begin(self.process.starts[node.id], token.id)
            case _ if node.type in _WORK:
                self._wait_guarded(token, node)
            case _ if is_called(node):
                self._wait_guarded(token, node)
                self.calls.append(token)
            case _:
                self._leave(token)
                self._proceed(token, node)

    def _choose(self, node: Node) -> Flow:
        """Return the first flow whose condition holds, else the default."""
        default = None
        for flow in node.outgoing:
            if flow.id == node.default:
                default = flow
            elif not flow.condition or self.outside.holds(flow):
                return flow
        if default is None:
            raise NoWayOut(node=node.label)
        return default

    def _join(self, token: Token, node: Node) -> None:
        """Pass when every incoming flow has brought a token, taking the oldest of each along."""
        waiting: dict[str, Token] = {}
        if len(node.incoming) > 1:
            for other in self.live.values():
                if (
                    other.element == node.id
                    and other.scope == token.scope
                    and other.state is TokenState.WAITING
                ):
                    waiting.setdefault(other.flow, other)
            if token.flow in waiting or len(waiting) + 1 < len(node.incoming):
                self._wait(token)
                return
        for other in (token, *waiting.values()):
            self._leave(other)
        self._proceed(token, node)

    def _wait_guarded(self, token: Token, node: Node) -> None:
        """Wait at an activity while its boundary events listen."""
        boundaries = self.process.boundaries.get(node.id, ())
        self._wait(token, [(boundary, "") for boundary in boundaries])

    def _wait(self, token: Token, listeners: Iterable[tuple[Node, str]] = ()) -> None:
        armed = [self._armed(token, node, flow) for node, flow in listeners]
        token.state = TokenState.WAITING
        self.touched[token.id] = token
        for event in armed:
            self.live[event.id] = self.touched[event.id] = event

    def _armed(self, by: Token, node: Node, flow: str) -> Token:
        at = self.outside.at
        return Token(
            new_id(), node.id, flow, by.scope, by.id, at, TokenState.WAITING, self._due(node, at)
        )

    def _due(self, node: Node, since: datetime) -> datetime | None:
        return self.outside.due(node, since) if node.timer else None

    def _fire(self, event: Node, armer: Token) -> None:
        """Let an event that has happened act on whoever armed it."""
        if event.type is not NodeType.BOUNDARY:
            # The race is won: the gateway lets go of the other events.
            self._leave(armer)
            self._disarm(armer)
        elif event.is_interrupting:
            self._cancel(armer)
        elif event.event is EventType.MESSAGE:
            again = self._armed(armer, event, "")
            self.live[again.id] = self.touched[again.id] = again

    def _terminate(self, token: Token) -> None:
        """End everything in the scope of the token, at once."""
        self._leave(token)
        for other in list(self.live.values()):
            if other.scope == token.scope:
                self._cancel(other)
        self._close(token.scope, InstanceState.TERMINATED)

    def _proceed(self, token: Token, node: Node) -> None:
        for flow in node.outgoing:
            self._arrive(flow, token.scope)
        if not node.outgoing:
            self._close(token.scope, InstanceState.DONE)

    def _close(self, scope: UUID | None, state: InstanceState) -> None:
        """When nothing lives in the scope any more, let its sub-process go on, or end all."""
        if any(token.scope == scope for token in self.live.values()):
            return
        if scope is None:
            self.state = state
            return
        host = self.live[scope]
        self._leave(host)
        self._disarm(host)
        self._proceed(host, self.process.nodes[host.element])

    def _begin(self, node: Node, scope: UUID | None) -> None:
        self._add(node.id, "", scope)

    def _arrive(self, flow: Flow, scope: UUID | None) -> None:
        self._add(flow.target, flow.id, scope)

    def _add(self, element: str, flow: str, scope: UUID | None) -> None:
        # It lives before it is entered, so that its scope is not closed while it queues.
        token = Token(new_id(), element, flow, scope, None, self.outside.at)
        self.live[token.id] = self.touched[token.id] = token
        self._ready.append(token)

    def _leave(self, token: Token, state: TokenState = TokenState.DONE) -> None:
        token.state = state
        token.left_at = self.outside.at
        del self.live[token.id]
        self.touched[token.id] = token

    def _disarm(self, token: Token) -> None:
        for other in list(self.live.values()):
            if other.armed_by == token.id:
                self._cancel(other)

    def _cancel(self, token: Token) -> None:
        """Take the token away, with all that runs inside it and all that it armed."""
        if token.id not in self.live:
            return
        self._leave(token, TokenState.CANCELLED)
        for other in list(self.live.values()):
            if token.id in (other.scope, other.armed_by):
                self._cancel(other)

    def _notice_deadlock(self) -> None:
        nodes = self.process.nodes
        joins = [t for t in self.live.values() if nodes[t.element].type is NodeType.PARALLEL]
        if joins and all(
            nodes[token.element].type in _PASSIVE and token.state is TokenState.WAITING
            for token in self.live.values()
        ):
            self.failures.append((joins[0], Deadlock(node=nodes[joins[0].element].label)))


# Waits for a person.
_WORK = frozenset({NodeType.USER_TASK})
# Waits only for tokens of the same instance.
_PASSIVE = frozenset({NodeType.PARALLEL, NodeType.SUB_PROCESS})
_CALLED = frozenset({NodeType.SERVICE_TASK, NodeType.SEND_TASK, NodeType.DECISION_TASK})


def is_called(node: Node) -> bool:
    """Tell whether a token at `node` waits for the outside to act: a step, a decision, a message
    to send."""
    return node.type in _CALLED or (
        node.event is EventType.MESSAGE and node.type in (NodeType.THROW, NodeType.END)
    )
