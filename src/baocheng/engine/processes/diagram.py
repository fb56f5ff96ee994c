"""Draw a BPMN document as SVG, with where a case is, what is behind it and how many are where.

Geometry comes from the file's diagram interchange; colours and strokes from `ui/diagram.css` by
class, so that one drawing serves the light and the dark page, paper and a busy screen.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot

from django.utils.translation import gettext as _
from lxml import etree

from baocheng.engine.processes.bpmn import ELEMENT_NAMES
from baocheng.engine.processes.lettering import text_width, wrapped
from baocheng.engine.processes.model import (
    Artifact,
    Bounds,
    Document,
    Edge,
    Flow,
    Link,
    Node,
    NodeType,
    Point,
    Shape,
)
from baocheng.engine.processes.symbols import GATEWAYS, MARKERS, TASKS, Symbol, event_symbol

_MARGIN = 16.0
_CORNER = 8.0
_NAME_SIZE = 13.0
_LABEL_SIZE = 12.0


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What a drawing says beyond the model, all by element id.

    `current` is where tokens wait, `done` what they left, `notes` a short text under an element
    (a time, a person), `counts` a number at its corner, `incidents` where it is stuck, `flows` the
    sequence flows travelled, `added` and `removed` what another version does not have.
    """

    current: Collection[str] = ()
    done: Collection[str] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    incidents: Collection[str] = ()
    flows: Collection[str] = ()
    added: Collection[str] = ()
    removed: Collection[str] = ()

    def classes(self, id: str) -> list[str]:
        """Return the CSS classes of the element."""
        states = {
            "is-done": self.done,
            "is-current": self.current,
            "is-stuck": self.incidents,
            "is-travelled": self.flows,
            "is-added": self.added,
            "is-removed": self.removed,
        }
        return [name for name, ids in states.items() if id in ids]


def draw(
    document: Document,
    *,
    title: str,
    description: str = "",
    marks: Marks | None = None,
    link: Callable[[str], str | None] | None = None,
    prefix: str = "diagram",
) -> str:
    """Return the document as one SVG element, ready to stand in a page.

    `link` gives the address behind an element; `prefix` keeps ids apart when several drawings
    share a page. A document without diagram interchange gives an empty drawing.
    """
    return _Painter(document, marks or Marks(), link or (lambda _id: None)).svg(
        title, description, prefix
    )


def _add(
    parent: etree._Element, tag: str, text: str = "", /, **attributes: object
) -> etree._Element:
    element = etree.SubElement(parent, tag)
    for name, value in attributes.items():
        written = f"{value:g}" if isinstance(value, float) else str(value)
        element.set(name.rstrip("_").replace("_", "-"), written)
    element.text = text or None
    return element


class _Painter:
    def __init__(self, document: Document, marks: Marks, link: Callable[[str], str | None]) -> None:
        self.document = document
        self.marks = marks
        self.link = link

    def svg(self, title: str, description: str, prefix: str) -> str:
        frame = self._frame()
        svg = etree.Element("svg")
        svg.set("xmlns", "http://www.w3.org/2000/svg")
        svg.set("class", "diagram")
        svg.set("role", "group" if self._has_links() else "img")
        svg.set("viewBox", " ".join(f"{number:g}" for number in frame))
        svg.set("width", f"{frame.width:g}")
        svg.set("height", f"{frame.height:g}")
        svg.set("aria-labelledby", f"{prefix}-title {prefix}-description")
        _add(svg, "title", title, id=f"{prefix}-title")
        _add(svg, "desc", description or self._describe(), id=f"{prefix}-description")
        self._paint_artifacts(svg, ("participant", "lane", "group"))
        self._paint_containers(svg)
        self._paint_links(svg)
        self._paint_flows(svg)
        self._paint_artifacts(svg, ("dataObjectReference", "dataStoreReference", "textAnnotation"))
        self._paint_nodes(svg)
        return etree.tostring(svg, encoding="unicode")

    def _has_links(self) -> bool:
        return any(self.link(id) for id in self.document.nodes)

    def _frame(self) -> Bounds:
        """Return the part of the plane that anything is drawn on."""
        corners: list[Point] = []
        for shape in self.document.shapes.values():
            for box in (shape.bounds, shape.label):
                if box:
                    corners += [Point(box.x, box.y), Point(box.right, box.bottom)]
        for edge in self.document.edges.values():
            corners += edge.waypoints
            if edge.label:
                corners += [Point(edge.label.x, edge.label.y)]
                corners += [Point(edge.label.right, edge.label.bottom)]
        if not corners:
            return Bounds(0.0, 0.0, 1.0, 1.0)
        left, right = min(p.x for p in corners), max(p.x for p in corners)
        top, bottom = min(p.y for p in corners), max(p.y for p in corners)
        return Bounds(
            left - _MARGIN, top - _MARGIN, right - left + 2 * _MARGIN, bottom - top + 2 * _MARGIN
        )

    def _describe(self) -> str:
        """Return the position in words, for those who do not see the drawing."""
        nodes = self.document.nodes.values()
        between = _("、")
        current = between.join(node.label for node in nodes if node.id in self.marks.current)
        done = between.join(node.name for node in nodes if node.name and node.id in self.marks.done)
        if current and done:
            both = _("当前环节：{current}。已完成：{done}。")
            return both.format(current=current, done=done)
        if current:
            return _("当前环节：{names}。").format(names=current)
        if done:
            return _("已完成：{names}。").format(names=done)
        return _("共 {count} 个环节。").format(count=len(nodes))

    # Order matters from here on: what is painted later lies on top.

    def _paint_artifacts(self, svg: etree._Element, types: Collection[str]) -> None:
        for type in types:
            for artifact in self.document.artifacts.values():
                shape = self.document.shapes.get(artifact.id)
                if artifact.type == type and shape:
                    _paint_artifact(svg, artifact, shape)

    def _paint_containers(self, svg: etree._Element) -> None:
        for node in self.document.nodes.values():
            shape = self.document.shapes.get(node.id)
            if shape and node.type.is_container and shape.is_expanded:
                group = self._group(svg, node)
                _paint_box(group, node, shape.bounds)
                lines = wrapped(node.name, shape.bounds.width - 24, _NAME_SIZE)
                top = shape.bounds.y + 8 + _NAME_SIZE * 0.85
                _write(group, lines, Point(shape.bounds.center.x, top), _NAME_SIZE)
                self._paint_marks(group, node, shape)

    def _paint_nodes(self, svg: etree._Element) -> None:
        nodes = [
            (node, shape)
            for node in self.document.nodes.values()
            if (shape := self.document.shapes.get(node.id))
            and not (node.type.is_container and shape.is_expanded)
        ]
        # Boundary events lie on the border of their task, so they are painted after it.
        for node, shape in sorted(nodes, key=lambda pair: pair[0].type is NodeType.BOUNDARY):
            group = self._group(svg, node)
            if node.type.is_activity:
                _paint_activity(group, node, shape)
            elif node.type.is_event:
                _paint_event(group, node, shape)
            else:
                _paint_gateway(group, node, shape)
            label = None
            if node.name and not node.type.is_activity:
                label = shape.label or self._free_label(node, shape)
                _paint_label(group, node.name, label)
            self._paint_marks(group, node, shape._replace(label=label))

    def _free_label(self, node: Node, shape: Shape) -> Bounds:
        """Return a place for a name that the file gives none: below, above where a line is."""
        below = _label_below(shape.bounds, node.name)
        ends = [
            self.document.edges[flow.id].waypoints[0 if flow.source == node.id else -1]
            for flow in (*node.outgoing, *node.incoming)
            if flow.id in self.document.edges
        ]
        if all(end.y < shape.bounds.bottom - 1 for end in ends):
            return below
        height = 15.0 * len(wrapped(node.name, below.width, _LABEL_SIZE))
        return below._replace(y=shape.bounds.y - height - 4)

    def _group(self, svg: etree._Element, node: Node) -> etree._Element:
        address = self.link(node.id)
        words = [_word(node.type), *self.marks.classes(node.id)]
        kind = "event" if node.type.is_event else "gateway" if node.type.is_gateway else "task"
        if node.type.is_container:
            kind = "sub-process"
        group = _add(
            svg, "a" if address else "g", class_=" ".join(dict.fromkeys(["node", kind, *words]))
        )
        group.set("data-element", node.id)
        if address:
            group.set("href", address)
        type_name = _(ELEMENT_NAMES.get(node.type.value, node.type.value))
        title = _("{type}：{name}").format(type=type_name, name=node.name)
        _add(group, "title", title if node.name else type_name)
        return group

    def _paint_marks(self, group: etree._Element, node: Node, shape: Shape) -> None:
        bounds = shape.bounds
        note, count = self.marks.notes.get(node.id), self.marks.counts.get(node.id)
        if note and node.type.is_activity:
            # Above the box: boundary events hang below it.
            _add(group, "text", note, class_="note", x=bounds.x + 2, y=bounds.y - 6)
        elif note:
            under = max(bounds.bottom, shape.label.bottom if shape.label else 0.0)
            at = {"x": bounds.center.x, "y": under + 13}
            _add(group, "text", note, class_="note", text_anchor="middle", **at)
        if count is not None:
            width = max(20.0, text_width(str(count), 11.0) + 10)
            badge = _add(group, "g", class_="count")
            box = {"x": bounds.right - width / 2 - 4, "y": bounds.y - 10, "width": width}
            _add(badge, "rect", height=20.0, rx=10.0, **box)
            at = {"x": bounds.right - 4, "y": bounds.y + 4}
            _add(badge, "text", str(count), text_anchor="middle", **at)

    def _paint_flows(self, svg: etree._Element) -> None:
        # Travelled flows last: where two share a stretch, the way taken is the one to see.
        flows = sorted(self.document.flows.values(), key=lambda flow: flow.id in self.marks.flows)
        for flow in flows:
            edge = self.document.edges.get(flow.id)
            if edge:
                self._paint_flow(svg, flow, edge)

    def _paint_flow(self, svg: etree._Element, flow: Flow, edge: Edge) -> None:
        group = _add(svg, "g", class_=" ".join(["flow", *self.marks.classes(flow.id)]))
        if flow.condition:
            _add(group, "title", flow.condition)
        start = 0.0
        source = self.document.nodes.get(flow.source)
        if source and source.type.is_activity and flow.condition:
            start = 16.0
            _add(group, "path", class_="condition", d=_along(edge, "M0 0L8 -5L16 0L8 5Z"))
        _add(group, "path", class_="line", d=_rounded(edge.waypoints, start, 6.0))
        _add(group, "path", class_="arrow", d=_arrow(edge.waypoints))
        if source and source.default == flow.id:
            _add(group, "path", class_="default", d=_along(edge, "M9 5L14 -5"))
        if flow.name and edge.label:
            _paint_label(group, flow.name, edge.label)
        elif flow.name:
            _paint_label(group, flow.name, _label_beside(edge, flow.name))

    def _paint_links(self, svg: etree._Element) -> None:
        for link in self.document.links.values():
            edge = self.document.edges.get(link.id)
            if edge:
                _paint_link(svg, link, edge)


def _word(type: NodeType) -> str:
    """Return the CSS class of a node type: `userTask` is `user-task`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in type.value)


def _paint_symbol(group: etree._Element, symbol: Symbol, x: float, y: float) -> None:
    holder = _add(group, "g", class_="symbol", transform=f"translate({x:g} {y:g})")
    if symbol.solid:
        _add(holder, "path", class_="solid", d=symbol.solid)
    if symbol.line:
        _add(holder, "path", class_="line", d=symbol.line)


def _paint_box(group: etree._Element, node: Node, bounds: Bounds) -> None:
    classes = ["shape"]
    if node.is_event_triggered:
        classes.append("is-dotted")
    if node.type is NodeType.CALL_ACTIVITY:
        classes.append("is-thick")
    box = {"x": bounds.x, "y": bounds.y, "width": bounds.width, "height": bounds.height}
    _add(group, "rect", class_=" ".join(classes), rx=_CORNER, **box)
    if node.type is NodeType.TRANSACTION:
        inner = _inset(bounds, 3.0)
        box = {"x": inner.x, "y": inner.y, "width": inner.width, "height": inner.height}
        _add(group, "rect", class_="inner", rx=_CORNER - 2, **box)


def _paint_activity(group: etree._Element, node: Node, shape: Shape) -> None:
    bounds = shape.bounds
    _paint_box(group, node, bounds)
    icon = TASKS.get(node.type)
    if icon:
        _paint_symbol(group, icon, bounds.x + 7, bounds.y + 6)
    marker = "collapsed" if node.type.is_container else node.marker
    if marker:
        _paint_symbol(group, MARKERS[marker], bounds.center.x, bounds.bottom - 11)
    lines = wrapped(node.name, bounds.width - 16, _NAME_SIZE)
    step = _NAME_SIZE * 1.3
    middle = bounds.center.y - (6 if marker else 0)
    top = middle - step * (len(lines) - 1) / 2 + _NAME_SIZE * 0.36
    if icon and len(lines) > 2:
        # The name stays clear of the task sign in the upper left corner.
        top = max(top, bounds.y + 24 + _NAME_SIZE * 0.86)
    _write(group, lines, Point(bounds.center.x, top), _NAME_SIZE)


def _paint_event(group: etree._Element, node: Node, shape: Shape) -> None:
    center, radius = shape.bounds.center, shape.bounds.width / 2
    is_thrown = node.type in (NodeType.THROW, NodeType.END)
    dashed = "" if node.is_interrupting else " is-dashed"
    ring = {"cx": center.x, "cy": center.y}
    _add(group, "circle", class_=f"shape{dashed}", r=radius, **ring)
    if node.type not in (NodeType.START, NodeType.END):
        _add(group, "circle", class_=f"inner{dashed}", r=radius - 3.5, **ring)
    _paint_symbol(group, event_symbol(node.event, is_thrown=is_thrown), center.x, center.y)


def _paint_gateway(group: etree._Element, node: Node, shape: Shape) -> None:
    bounds, center = shape.bounds, shape.bounds.center
    corners = (
        Point(center.x, bounds.y),
        Point(bounds.right, center.y),
        Point(center.x, bounds.bottom),
        Point(bounds.x, center.y),
    )
    _add(group, "polygon", class_="shape", points=" ".join(f"{x:g},{y:g}" for x, y in corners))
    _paint_symbol(group, GATEWAYS[node.type], center.x, center.y)


def _paint_artifact(svg: etree._Element, artifact: Artifact, shape: Shape) -> None:
    bounds = shape.bounds
    group = _add(svg, "g", class_=f"artifact {_class_of(artifact.type)}")
    box = {"x": bounds.x, "y": bounds.y, "width": bounds.width, "height": bounds.height}
    if artifact.type in ("participant", "lane"):
        _add(group, "rect", class_="shape", **box)
        _paint_band(group, artifact, shape)
    elif artifact.type == "group":
        _add(group, "rect", class_="shape", rx=_CORNER, **box)
    elif artifact.type == "textAnnotation":
        x, y, right, bottom = bounds.x, bounds.y, bounds.x + 8, bounds.bottom
        _add(group, "path", class_="shape", d=f"M{right:g} {y:g}H{x:g}V{bottom:g}H{right:g}")
        lines = wrapped(artifact.name, bounds.width - 14)
        at = Point(x + 8, y + _LABEL_SIZE * 1.2)
        _write(group, lines, at, _LABEL_SIZE, class_="words")
    else:
        sign = _page(bounds) if artifact.type == "dataObjectReference" else _drum(bounds)
        _add(group, "path", class_="shape", d=sign)
        if artifact.name:
            _paint_label(group, artifact.name, shape.label or _label_below(bounds, artifact.name))


def _paint_band(group: etree._Element, artifact: Artifact, shape: Shape) -> None:
    """Paint the head of a pool or lane, with its name along it."""
    bounds = shape.bounds
    x, y = bounds.x + 15, bounds.center.y
    if not shape.is_horizontal:
        x, y = bounds.center.x, bounds.y + 15
        _add(group, "path", class_="band", d=f"M{bounds.x:g} {bounds.y + 30:g}h{bounds.width:g}")
    elif artifact.type == "participant":
        _add(group, "path", class_="band", d=f"M{bounds.x + 30:g} {bounds.y:g}v{bounds.height:g}")
    turn = f"rotate(-90 {x:g} {y:g})" if shape.is_horizontal else "rotate(0)"
    text = _add(group, "text", artifact.name, class_="name", text_anchor="middle", x=x, y=y + 4.5)
    text.set("transform", turn)


def _class_of(type: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in type)


def _paint_link(svg: etree._Element, link: Link, edge: Edge) -> None:
    group = _add(svg, "g", class_=f"link {_class_of(link.type)}")
    _add(group, "path", class_="line", d=_rounded(edge.waypoints))
    if link.type == "messageFlow":
        start = edge.waypoints[0]
        _add(group, "circle", class_="origin", cx=start.x, cy=start.y, r=4.0)
    if link.type != "association" or link.direction in ("One", "Both"):
        _add(group, "path", class_="arrow", d=_arrow(edge.waypoints))
    if link.name:
        _paint_label(group, link.name, edge.label or _label_beside(edge, link.name))


def _paint_label(group: etree._Element, text: str, box: Bounds) -> None:
    """Write a name that stands outside its element, centred on its label bounds.

    Modellers store bounds that fit their own letters; ours may need more lines, so they hang from
    the top of the box and break no narrower than a readable label.
    """
    lines = wrapped(text, max(box.width + 2, 72.0), _LABEL_SIZE)
    _write(group, lines, Point(box.center.x, box.y + _LABEL_SIZE), _LABEL_SIZE, class_="label")


def _write(
    group: etree._Element, lines: list[str], at: Point, size: float, *, class_: str = "name"
) -> None:
    anchor = "start" if class_ == "words" else "middle"
    text = _add(group, "text", class_=class_, text_anchor=anchor, x=at.x, y=at.y)
    for place, line in enumerate(lines):
        _add(text, "tspan", line, x=at.x, y=at.y + place * size * 1.3)


def _label_below(bounds: Bounds, text: str) -> Bounds:
    width = min(text_width(text, _LABEL_SIZE), 96.0)
    return Bounds(bounds.center.x - width / 2, bounds.bottom + 4, width, 15.0)


def _label_beside(edge: Edge, text: str) -> Bounds:
    """Return a place at the longest stretch of a line whose file gives none: above or beside it."""
    first, last = max(pairwise(edge.waypoints), key=lambda ends: _distance(*ends))
    middle = Point((first.x + last.x) / 2, (first.y + last.y) / 2)
    is_level = abs(last.x - first.x) >= abs(last.y - first.y)
    room = max(_distance(first, last) - 16, 72.0) if is_level else 96.0
    lines = wrapped(text, room, _LABEL_SIZE)
    width, height = max(text_width(line, _LABEL_SIZE) for line in lines), 15.0 * len(lines)
    if is_level:
        return Bounds(middle.x - width / 2, middle.y - height - 4, width, height)
    return Bounds(middle.x + 6, middle.y - height / 2, width, height)


def _distance(start: Point, end: Point) -> float:
    return hypot(end.x - start.x, end.y - start.y)


def _inset(bounds: Bounds, by: float) -> Bounds:
    return Bounds(bounds.x + by, bounds.y + by, bounds.width - 2 * by, bounds.height - 2 * by)


def _page(bounds: Bounds) -> str:
    x, y, fold = bounds.x, bounds.y, 10.0
    return (
        f"M{x:g} {y:g}h{bounds.width - fold:g}l{fold:g} {fold:g}V{bounds.bottom:g}H{x:g}Z"
        f"M{bounds.right - fold:g} {y:g}v{fold:g}h{fold:g}"
    )


def _drum(bounds: Bounds) -> str:
    x, right, half = bounds.x, bounds.right, bounds.width / 2
    top, bottom, tilt = bounds.y + 7, bounds.bottom - 7, 7.0
    lid = f"M{x:g} {top:g}a{half:g} {tilt:g} 0 0 0 {bounds.width:g} 0"
    return (
        f"M{x:g} {top:g}a{half:g} {tilt:g} 0 0 1 {bounds.width:g} 0V{bottom:g}"
        f"a{half:g} {tilt:g} 0 0 1 {-bounds.width:g} 0Z{lid}"
    ).replace(f"M{right:g}", f"M{x:g}")


def _toward(start: Point, end: Point, distance: float) -> Point:
    share = distance / (_distance(start, end) or 1.0)
    return Point(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)


def _rounded(waypoints: tuple[Point, ...], start: float = 0.0, end: float = 0.0) -> str:
    """Return the path along the waypoints with soft corners, cut short at both ends."""
    points = list(waypoints)
    points[0] = _toward(points[0], points[1], start)
    points[-1] = _toward(points[-1], points[-2], end)
    path = [f"M{points[0].x:g} {points[0].y:g}"]
    for before, corner, after in _triples(points):
        reach = min(
            _CORNER,
            _distance(before, corner) / 2,
            _distance(corner, after) / 2,
        )
        near, far = _toward(corner, before, reach), _toward(corner, after, reach)
        path.append(f"L{near.x:g} {near.y:g}Q{corner.x:g} {corner.y:g} {far.x:g} {far.y:g}")
    path.append(f"L{points[-1].x:g} {points[-1].y:g}")
    return "".join(path)


def _triples(points: list[Point]) -> Iterator[tuple[Point, Point, Point]]:
    return zip(points, points[1:], points[2:], strict=False)


def _arrow(waypoints: tuple[Point, ...]) -> str:
    """Return the head at the end of a line."""
    tip, before = waypoints[-1], waypoints[-2]
    base = _toward(tip, before, 9.0)
    aside = _toward(Point(0, 0), Point(before.y - tip.y, tip.x - before.x), 4.0)
    return (
        f"M{tip.x:g} {tip.y:g}L{base.x + aside.x:g} {base.y + aside.y:g}"
        f"L{base.x - aside.x:g} {base.y - aside.y:g}Z"
    )


def _along(edge: Edge, path: str) -> str:
    """Turn a little path, drawn along the x axis, to where the edge begins."""
    start, towards = edge.waypoints[0], edge.waypoints[1]
    unit = _toward(Point(0, 0), Point(towards.x - start.x, towards.y - start.y), 1.0)
    written = []
    for corner in path.removesuffix("Z").split("L"):
        x, y = (float(number) for number in corner.removeprefix("M").split())
        written.append(
            f"{start.x + x * unit.x - y * unit.y:g} {start.y + x * unit.y + y * unit.x:g}"
        )
    return f"M{'L'.join(written)}" + ("Z" if path.endswith("Z") else "")
