"""The signs of BPMN as SVG paths: task types on 16 × 16, event and gateway signs around (0, 0)."""

from collections.abc import Mapping
from math import cos, pi, sin
from typing import NamedTuple

from baocheng.engine.processes.model import EventType, NodeType


class Symbol(NamedTuple):
    """A path to stroke, and one to fill."""

    line: str = ""
    solid: str = ""


def _gear(teeth: int, outer: float, inner: float, hole: float) -> str:
    """Return a toothed wheel around (8, 8)."""
    points = []
    for tooth in range(teeth):
        for turn, radius in ((-0.30, inner), (-0.17, outer), (0.17, outer), (0.30, inner)):
            angle = 2 * pi * (tooth + turn) / teeth
            points.append(f"{8 + radius * sin(angle):.2f} {8 - radius * cos(angle):.2f}")
    ring = f"M{8 - hole} 8a{hole} {hole} 0 1 0 {2 * hole} 0a{hole} {hole} 0 1 0 {-2 * hole} 0"
    return f"M{'L'.join(points)}Z{ring}"


def _clock(radius: float) -> str:
    ticks = "".join(
        f"M{(radius - 2) * sin(angle):.2f} {-(radius - 2) * cos(angle):.2f}"
        f"L{radius * sin(angle):.2f} {-radius * cos(angle):.2f}"
        for angle in (hour * pi / 6 for hour in range(12))
    )
    return f"{_circle(radius)}{ticks}M1.6 -6.6L0 0L5 1.2"


def _circle(radius: float) -> str:
    half = f"a{radius} {radius} 0 1 0"
    return f"M{-radius} 0{half} {2 * radius} 0{half} {-2 * radius} 0"


def _pentagon(radius: float) -> str:
    corners = (
        f"{radius * sin(angle):.2f} {-radius * cos(angle):.2f}"
        for angle in (2 * pi * corner / 5 for corner in range(5))
    )
    return f"M{'L'.join(corners)}Z"


_ENVELOPE = Symbol(line="M1.5 3.5h13v9h-13zM1.5 3.5l6.5 5l6.5 -5")
_SENT = Symbol(solid="M1.5 3.2h13l-6.5 4.9zM1.5 5v7.8h13V5l-6.5 4.9z")
_LETTER = Symbol(line="M-9 -6.5h18v13h-18zM-9 -6.5l9 7l9 -7")
_LETTER_SENT = Symbol(solid="M-9 -7h18l-9 6.6zM-9 -4.8v11.3h18v-11.3l-9 6.8z")
_PAGE = "M-6.5 -8h13v16h-13zM-4 -4.5h8M-4 -1.5h8M-4 1.5h8M-4 4.5h8"

TASKS: Mapping[NodeType, Symbol] = {
    NodeType.USER_TASK: Symbol(
        line="M8 1.5a3 3 0 1 1 0 6a3 3 0 1 1 0 -6M2 14.5c0 -3.6 2.4 -5.4 6 -5.4s6 1.8 6 5.4z"
    ),
    NodeType.SERVICE_TASK: Symbol(line=_gear(8, 7, 5.2, 2.2)),
    NodeType.SEND_TASK: _SENT,
    NodeType.RECEIVE_TASK: _ENVELOPE,
    NodeType.DECISION_TASK: Symbol(
        line="M1.5 2.5h13v11h-13zM1.5 6h13M1.5 9.75h13M5.5 6v7.5", solid="M1.5 2.5h13V6h-13z"
    ),
    NodeType.MANUAL_TASK: Symbol(
        line="M1.5 9l3.5 -5.5h5.5v2h-4M6.5 5.5h8v2h-6M8.5 7.5h6v2h-6M8.5 9.5h5v2h-5"
        "M8.5 11.5h4v2H4.5l-3 -2"
    ),
    NodeType.SCRIPT_TASK: Symbol(
        line="M5 1.5h9c-3.5 3 1.5 4.5 1 7.5s-3 4 -3 5.5H3c0 -1.5 2.5 -2.5 3 -5.5s-4.5 -4.5 -1 -7.5"
        "M5.5 4.5h6M6 7h6M6 9.5h6M5 12h6"
    ),
}

GATEWAYS: Mapping[NodeType, Symbol] = {
    NodeType.EXCLUSIVE: Symbol(line="M-7 -7L7 7M7 -7L-7 7"),
    NodeType.PARALLEL: Symbol(line="M0 -11V11M-11 0H11"),
    NodeType.INCLUSIVE: Symbol(line=_circle(10)),
    NodeType.COMPLEX: Symbol(line="M0 -11V11M-11 0H11M-7 -7L7 7M7 -7L-7 7"),
    NodeType.EVENT_BASED: Symbol(line=f"{_circle(13)}{_circle(10.5)}{_pentagon(6.5)}"),
}

_CAUGHT: Mapping[EventType, Symbol] = {
    EventType.MESSAGE: _LETTER,
    EventType.TIMER: Symbol(line=_clock(11)),
    EventType.ERROR: Symbol(line="M-8 8L-3 -7L2 2L8 -8L3 7L-2 -2Z"),
    EventType.ESCALATION: Symbol(line="M0 -9L7 8L0 1.5L-7 8Z"),
    EventType.SIGNAL: Symbol(line="M0 -9L9 6.5H-9Z"),
    EventType.COMPENSATION: Symbol(line="M-1 -6.5V6.5L-10 0ZM8 -6.5V6.5L-1 0Z"),
    EventType.CONDITIONAL: Symbol(line=_PAGE),
    EventType.LINK: Symbol(line="M-9 -3.5H2V-7.5L9.5 0L2 7.5V3.5H-9Z"),
    EventType.CANCEL: Symbol(line="M-8 -5.5L-5.5 -8L0 -2.5L5.5 -8L8 -5.5L2.5 0L8 5.5L5.5 8L0 2.5"
                             "L-5.5 8L-8 5.5L-2.5 0Z"),
    EventType.MULTIPLE: Symbol(line=_pentagon(9.5)),
    EventType.TERMINATE: Symbol(solid=_circle(10.5)),
}  # fmt: skip

MARKERS: Mapping[str, Symbol] = {
    "parallel": Symbol(line="M-5 -6V6M0 -6V6M5 -6V6"),
    "sequential": Symbol(line="M-6 -5H6M-6 0H6M-6 5H6"),
    "loop": Symbol(line="M-4 5.5a6 6 0 1 1 4 1.2M-4 5.5l-3.5 .6M-4 5.5l.6 -3.6"),
    "collapsed": Symbol(line="M-7 -7h14v14h-14zM0 -4V4M-4 0H4"),
}


def event_symbol(event: EventType, *, is_thrown: bool) -> Symbol:
    """Return the sign inside an event: an outline when it is awaited, filled when it is sent."""
    symbol = _CAUGHT.get(event, Symbol())
    if not is_thrown or event is EventType.TIMER or symbol.solid:
        return symbol
    return _LETTER_SENT if event is EventType.MESSAGE else Symbol(solid=symbol.line)
