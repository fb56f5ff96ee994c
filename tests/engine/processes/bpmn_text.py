"""Write BPMN in a few lines: elements as XML, flows as arrows."""

import re
from xml.sax.saxutils import escape

from baocheng.engine.processes.bpmn import read_bpmn
from baocheng.engine.processes.model import Process

_NAMESPACES = """xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0\""""
_STEP = re.compile(r"(?:-(?P<name>[\w*]*)(?:\[(?P<condition>[^\]]*)\])?->)?\s*(?P<node>[\w.]+)\s*")


def definitions(body: str, messages: tuple[str, ...] = ()) -> str:
    """Wrap root elements into a file; every message has its name for id."""
    declared = "".join(f'<message id="{name}" name="{name}"/>' for name in messages)
    opening = f'<definitions {_NAMESPACES} id="definitions" targetNamespace="test">'
    return f"{opening}{declared}{body}</definitions>"


def bpmn(elements: str, flows: str, *messages: str, key: str = "model") -> str:
    """Return a file with one process.

    `flows` is lines of arrows: `s --> a -yes[x = 1]-> b`. Between the dashes stands the id of the
    flow and its condition; left out, the id is `source_target`.
    """
    body = "".join(arrows(flows)) + elements
    return definitions(f'<process id="{key}" isExecutable="true">{body}</process>', messages)


def process(elements: str, flows: str, *messages: str) -> Process:
    """Return the one process of such a file, which must be readable."""
    document = read_bpmn(bpmn(elements, flows, *messages), "test.bpmn")
    assert document.findings == ()
    return document.processes[0]


def arrows(flows: str) -> list[str]:
    """Return the sequence flows that the arrows stand for."""
    written = []
    for line in filter(None, map(str.strip, flows.splitlines())):
        before = ""
        at = 0
        while at < len(line):
            step = _STEP.match(line, at)
            assert step, line[at:]
            at = step.end()
            node = step["node"]
            if before:
                id = step["name"] or f"{before}_{node}"
                condition = step["condition"] or ""
                if condition:
                    condition = f"<conditionExpression>{escape(condition)}</conditionExpression>"
                written.append(
                    f'<sequenceFlow id="{id}" sourceRef="{before}" targetRef="{node}">'
                    f"{condition}</sequenceFlow>"
                )
            before = node
    return written


def message(name: str) -> str:
    """Return a message event definition."""
    return f'<messageEventDefinition id="m_{name}_{_next()}" messageRef="{name}"/>'


def timer(text: str, kind: str = "timeDuration") -> str:
    """Return a timer event definition."""
    return (
        f'<timerEventDefinition id="t_{_next()}"><{kind} xsi:type="tFormalExpression">{text}'
        f"</{kind}></timerEventDefinition>"
    )


_count = 0


def _next() -> int:
    global _count
    _count += 1
    return _count
