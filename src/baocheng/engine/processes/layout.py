"""Draw a BPMN model that has no drawing: BPMN DI made from the graph alone.

The way people draw by hand: the longest path runs straight from left to right, every other branch
becomes a row of its own above or below it, exceptions leave the lower border of their task, and
ways back run underneath. Columns come from the distance to the start, rows from a search for the
nearest free cells, so a small change of the model moves little.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from baocheng.engine.processes.bpmn import BPMN, BPMNDI, DC, DI, parse_xml, read_bpmn
from baocheng.engine.processes.model import (
    Bounds,
    Document,
    Edge,
    Flow,
    Node,
    NodeType,
    Point,
    Process,
    Shape,
)

_EVENT_SIZE = (36.0, 36.0)
_GATEWAY_SIZE = (50.0, 50.0)
_TASK_SIZE = (120.0, 80.0)
_COLUMN_GAP = 50.0
_ROW_GAP = 50.0
_LINE_ROW = 40.0
_NARROW_COLUMN = 80.0
_PADDING = 30.0
_POOL_HEAD = 30.0
_LETTER = 12.0
_LINE = 15.0


def with_layout(xml_text: str) -> str:
    """Return the BPMN text with its diagram interchange made anew from the model.

    What was drawn before is replaced; everything else in the file stays as it was.
    """
    document = read_bpmn(xml_text, "")
    root = parse_xml(xml_text)
    drawing = _draw(document, root)
    for old in root.findall(f"{BPMNDI}BPMNDiagram"):
        root.remove(old)
    _write(root, drawing)
    etree.cleanup_namespaces(root, top_nsmap=_NAMESPACES, keep_ns_prefixes=list(root.nsmap))
    etree.indent(root)
    text = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
