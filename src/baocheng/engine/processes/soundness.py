"""Can every case come to an end? All ways through a model are tried, conditions left open.

A marking says how many tokens are on which flow and how many wait at which join. From each marking
one token moves at a time, in every way that it can; because tokens of different branches do not
disturb each other, their order need not be tried, and a model of forty nodes has a few hundred
markings. Only a terminate event disturbs others, so it comes last.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from baocheng.engine.processes.model import EventType, Flow, Node, NodeType, Process

_MARKINGS_MAX = 20_000
_TOKENS_MAX = 4

_Marking = frozenset[tuple[str, int]]


class Soundness(NamedTuple):
    """Joins where tokens can be left waiting for ever, flows on which tokens pile up, and start
    events from which no case ever comes to an end."""

    stuck_joins: frozenset[str] = frozenset()
    piling_flows: frozenset[str] = frozenset()
    endless_starts: frozenset[str] = frozenset()


def explore(process: Process) -> Soundness:
    """Try every way through the process and through each of its sub-processes.

    A scope with more markings than can be tried is taken to be sound.
    """
    starts = [*process.starts.values(), *process.message_starts.values()]
    found = [_Scope(process, start).explore() for start in starts]
    return Soundness(*(frozenset().union(*parts) for parts in zip(*found, strict=True)))


class _Scope:
    """One level of a process; a sub-process inside it is just an activity."""

    def __init__(self, process: Process, start: Node) -> None:
        self.process = process
        self.start = start

    def explore(self) -> Soundness:
        stuck: set[str] = set()
        piling: set[str] = set()
        seen: set[_Marking] = set()
        has_end = False
        todo = [self._after(Counter(), self.start.outgoing)]
        while todo:
            marking = todo.pop()
            key = frozenset(marking.items())
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > _MARKINGS_MAX:
                return Soundness()
            crowded = {flow for flow, count in marking.items() if count > _TOKENS_MAX}
            if crowded:
                piling |= crowded
                continue
            flow = self._next(marking)
            has_end = has_end or not marking
            if flow is None:
                stuck |= {self.process.flows[flow].target for flow in marking}
            else:
                todo.extend(self._moves(marking, flow))
        endless = set() if has_end or stuck or piling else {self.start.id}
        return Soundness(frozenset(stuck), frozenset(piling), frozenset(endless))

    def _next(self, marking: Counter[str]) -> Flow | None:
        """Return the flow whose token moves now: one that can, a terminate event at the last."""
        flows = [self.process.flows[id] for id in sorted(marking)]
        movable = [flow for flow in flows if self._can_move(marking, self._target(flow))]
        return min(movable, key=lambda flow: _ends_all(self._target(flow)), default=None)

    def _target(self, flow: Flow) -> Node:
        return self.process.nodes[flow.target]

    def _can_move(self, marking: Counter[str], node: Node) -> bool:
        return node.type is not NodeType.PARALLEL or all(marking[flow.id] for flow in node.incoming)

    def _moves(self, marking: Counter[str], flow: Flow) -> Iterator[Counter[str]]:
        node = self._target(flow)
        if _ends_all(node):
            yield Counter()
            return
        taken = node.incoming if node.type is NodeType.PARALLEL else (flow,)
        left = marking - Counter(each.id for each in taken)
        match node.type:
            case NodeType.EXCLUSIVE:
                yield from (self._after(left, (way,)) for way in node.outgoing)
            case NodeType.EVENT_BASED:
                events = (self._target(way) for way in node.outgoing)
                yield from (self._after(left, event.outgoing) for event in events)
            case _:
                yield self._after(left, node.outgoing)
                for boundary in self.process.boundaries.get(node.id, ()):
                    ways = boundary.outgoing
                    if not boundary.is_interrupting:
                        ways += node.outgoing
                    yield self._after(left, ways)

    def _after(self, marking: Counter[str], ways: tuple[Flow, ...]) -> Counter[str]:
        return marking + Counter(way.id for way in ways)


def _ends_all(node: Node) -> bool:
    return node.type is NodeType.END and node.event is EventType.TERMINATE
