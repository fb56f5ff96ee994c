"""Draw a BPMN model that has no drawing: BPMN DI made from the graph alone.

The way people draw by hand: the longest path runs straight from left to right, every other branch
becomes a row of its own above or below it, exceptions leave the lower border of their task, and
ways back run underneath. Columns come from the distance to the start, rows from a search for the
nearest free cells, so a small change of the model moves little.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from baocheng.engine.processes.bpmn import BPMN, BPMNDI, DC, DI, parse_xml, read_bpmn
from baocheng.engine.processes.lettering import text_width, wrapped
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
_ROW_GAP = 24.0
_NARROW_COLUMN = 80.0
_PADDING = 30.0
_POOL_HEAD = 30.0
_LABEL_WIDTH = 96.0
_LABEL_INDENT = 6.0
_LINE = 15.0
_PREFIXES = {"bpmndi": BPMNDI[1:-1], "dc": DC[1:-1], "di": DI[1:-1]}


def with_layout(xml_text: str) -> str:
    """Return the BPMN text with its diagram interchange made anew from the model.

    What was drawn before is replaced; everything else in the file stays as it was. Lanes get no
    drawing, because rows follow the flow here and not the people.

    Raises:
        ValueError: the text is no BPMN file.
    """
    document = read_bpmn(xml_text, "")
    if not document.processes:
        raise ValueError(" ".join(str(finding) for finding in document.findings))
    root = parse_xml(xml_text, keeps_comments=True)
    for old in root.findall(f"{BPMNDI}BPMNDiagram"):
        root.remove(old)
    root.append(_diagram(root, _draw(document, root)))
    named = [prefix for prefix in root.nsmap if prefix]
    etree.cleanup_namespaces(root, top_nsmap=_PREFIXES, keep_ns_prefixes=named)
    etree.indent(root)
    body = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


_Cell = tuple[int, int]  # column and row


class _Line(NamedTuple):
    """A sequence flow between two nodes of one container; `border` is the boundary event that it
    leaves, while `source` is then the activity underneath."""

    flow: Flow
    source: str
    target: str
    border: str = ""


class _Run(NamedTuple):
    """Nodes that share a row, with the line that leads to them and the one that leads away.

    A run without nodes is a single line: `entry` and `exit` are the same.
    """

    entry: _Line | None
    nodes: tuple[str, ...]
    exit: _Line | None


class _Turn(NamedTuple):
    """How a line changes rows at one end: straight on, at the node itself, or in the gap beside."""

    is_straight: bool = False
    is_beside: bool = False


_STRAIGHT = _Turn(is_straight=True)
_AT_NODE = _Turn()
_BESIDE = _Turn(is_beside=True)


class _Route(NamedTuple):
    row: int
    leaves: _Turn
    enters: _Turn


@dataclass
class _Drawing:
    """Shapes and edges in the making, with the room they take."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0

    def place(self, other: "_Drawing", dx: float, dy: float) -> None:
        for id, shape in other.shapes.items():
            self.shapes[id] = shape._replace(
                bounds=_moved(shape.bounds, dx, dy),
                label=shape.label and _moved(shape.label, dx, dy),
            )
        for id, edge in other.edges.items():
            self.edges[id] = Edge(
                tuple(Point(x + dx, y + dy) for x, y in edge.waypoints),
                edge.label and _moved(edge.label, dx, dy),
            )


def _moved(bounds: Bounds, dx: float, dy: float) -> Bounds:
    return bounds._replace(x=bounds.x + dx, y=bounds.y + dy)


def _draw(document: Document, root: etree._Element) -> _Drawing:
    drawing = _Drawing()
    pools = {
        element.get("processRef", "").rpartition(":")[2]: element.get("id", "")
        for element in root.iter(f"{BPMN}participant")
    }
    top = 80.0
    for process in document.processes:
        content = _Container(process, "").draw()
        pool = pools.pop(process.key, "")
        margin = _PADDING if pool else 0.0
        left = 160.0 + (_POOL_HEAD if pool else 0.0)
        drawing.place(content, left + margin, top + margin)
        height = content.height + 2 * margin
        if pool:
            width = content.width + 2 * margin + _POOL_HEAD
            drawing.shapes[pool] = Shape(Bounds(160.0, top, width, height))
        top += height + _PADDING
    for pool in pools.values():
        drawing.shapes[pool] = Shape(Bounds(160.0, top, 600.0, 60.0))
        top += 60.0 + _PADDING
    _annotate(document, drawing)
    return drawing


def _annotate(document: Document, drawing: _Drawing) -> None:
    """Put notes and data above what they belong to, and draw the lines that no token travels."""
    top = min((shape.bounds.y for shape in drawing.shapes.values()), default=80.0)
    for link in document.links.values():
        for loose, held in ((link.source, link.target), (link.target, link.source)):
            artifact = document.artifacts.get(loose)
            if artifact and loose not in drawing.shapes and held in drawing.shapes:
                size = (120.0, 50.0) if artifact.type == "textAnnotation" else (36.0, 50.0)
                center = drawing.shapes[held].bounds.center
                bounds = Bounds(center.x - size[0] / 2, top - 70.0, *size)
                drawing.shapes[loose] = Shape(bounds)
        ends = (drawing.shapes.get(link.source), drawing.shapes.get(link.target))
        if ends[0] and ends[1]:
            first, last = (end.bounds for end in ends if end)
            start, end = first.center, last.center
            if first.bottom <= last.y:
                start, end = Point(start.x, first.bottom), Point(end.x, last.y)
            elif last.bottom <= first.y:
                start, end = Point(start.x, first.y), Point(end.x, last.bottom)
            drawing.edges[link.id] = Edge((start, end))


class _Container:
    """The layout of one level: a process, or the inside of one sub-process."""

    def __init__(self, process: Process, scope: str) -> None:
        self.process = process
        inside = [node for node in process.nodes.values() if node.scope == scope]
        self.nodes = {node.id: node for node in inside if not node.host}
        self.borders: dict[str, list[Node]] = defaultdict(list)
        for node in inside:
            if node.host in self.nodes:
                self.borders[node.host].append(node)
        self.contents = {
            node.id: _Container(process, node.id).draw()
            for node in self.nodes.values()
            if node.type.is_container
        }
        self.lines = list(self._find_lines(inside))
        self.back = self._find_back_lines()
        self.column = self._find_columns()
        self.row: dict[str, int] = {}
        self.routes: dict[str, _Route] = {}
        self.grid = _Grid()

    def draw(self) -> _Drawing:
        """Choose a row for every node and every line, then measure and draw."""
        for run in self._runs():
            self._settle(run)
        return _Plotter(self).plot()

    def _find_lines(self, inside: Sequence[Node]) -> Iterator[_Line]:
        for node in inside:
            source = node.host or node.id
            for flow in node.outgoing:
                if flow.target in self.nodes and source in self.nodes:
                    yield _Line(flow, source, flow.target, node.id if node.host else "")

    def _find_back_lines(self) -> set[str]:
        """Return the flows that lead back to a node still being followed, start events first."""
        back: set[str] = set()
        open_nodes: set[str] = set()
        done: set[str] = set()
        outgoing = _by(self.lines, "source")

        def follow(id: str) -> None:
            open_nodes.add(id)
            for line in outgoing.get(id, ()):
                if line.target in open_nodes:
                    back.add(line.flow.id)
                elif line.target not in done:
                    follow(line.target)
            open_nodes.discard(id)
            done.add(id)

        for id in sorted(self.nodes, key=lambda each: self.nodes[each].type is not NodeType.START):
            if id not in done:
                follow(id)
        return back

    def _forward(self) -> list[_Line]:
        return [line for line in self.lines if line.flow.id not in self.back]

    def _find_columns(self) -> dict[str, int]:
        """Return for every node its longest distance from a beginning."""
        incoming = _by(self._forward(), "target")
        column: dict[str, int] = {}

        def measure(id: str) -> int:
            if id not in column:
                before = (measure(line.source) for line in incoming.get(id, ()))
                column[id] = max(before, default=-1) + 1
            return column[id]

        for id in self.nodes:
            measure(id)
        return column

    def _runs(self) -> Iterator[_Run]:
        """Yield the longest path, then every branch off what is placed, and the lines left over.

        Short branches come before long ones, so that they lie inside.
        """
        used: set[str] = set()
        while len(self.row) < len(self.nodes):
            runs = [
                self._run(line, line.target)
                for line in self._forward()
                if line.source in self.row and line.target not in self.row
            ]
            if not runs:
                beginnings = [id for id in self.nodes if id not in self.row and not self.column[id]]
                runs = [self._run(None, id) for id in beginnings]
                run = max(runs, key=lambda run: len(run.nodes))
            else:
                run = min(runs, key=self._span)
            used.update(line.flow.id for line in self._lines_of(run))
            yield run
        left = [_Run(line, (), line) for line in self.lines if line.flow.id not in used]
        yield from sorted(left, key=lambda run: (self._is_back(run), self._span(run)))

    def _is_back(self, run: _Run) -> bool:
        return run.entry is not None and run.entry.flow.id in self.back

    def _run(self, entry: _Line | None, first: str) -> _Run:
        """Follow the longest path from `first` through what is not placed yet."""
        outgoing = _by(self._forward(), "source")
        length: dict[str, int] = {}

        def measure(id: str) -> int:
            if id not in length:
                length[id] = 1 + max((weigh(line) for line in outgoing.get(id, ())), default=0)
            return length[id]

        def weigh(line: _Line) -> int:
            if line.target in self.row:
                return 0
            # An exception is never the straight way on while there is another.
            return measure(line.target) - (len(self.nodes) if line.border else 0)

        nodes = [first]
        while True:
            ahead = outgoing.get(nodes[-1], ())
            free = [line for line in ahead if line.target not in self.row and not line.border]
            if not free:
                break
            nodes.append(max(free, key=weigh).target)
        last = [line for line in outgoing.get(nodes[-1], ()) if not line.border]
        return _Run(entry, tuple(nodes), last[0] if last else None)

    def _lines_of(self, run: _Run) -> Iterator[_Line]:
        steps = set(zip(run.nodes, run.nodes[1:], strict=False))
        seen = set()
        for line in self._forward():
            step = (line.source, line.target)
            if step in steps and step not in seen and not line.border:
                seen.add(step)
                yield line
        yield from (line for line in (run.entry, run.exit) if line)

    def _span(self, run: _Run) -> int:
        columns = [self.column[id] for id in run.nodes]
        if run.entry:
            columns.append(self.column[run.entry.source])
        if run.exit:
            columns.append(self.column[run.exit.target])
        return max(columns) - min(columns)

    def _settle(self, run: _Run) -> None:
        """Give the run the cheapest row, and mark the cells that it takes."""
        reach = max((abs(row) for row in self.grid.rows), default=0) + 2
        plans = [
            plan
            for row in range(-reach, reach + 1)
            for plan in self._plans(run, row)
            if self.grid.accepts(plan)
        ]
        best = min(plans, key=lambda plan: plan.cost + self.grid.crossings(plan) * 0.7)
        self.grid.mark(best)
        self.row.update((id, best.row) for id in run.nodes)
        for line in self._lines_of(run):
            self.routes[line.flow.id] = _Route(best.row, _STRAIGHT, _STRAIGHT)
        if run.entry is run.exit and run.entry:
            self.routes[run.entry.flow.id] = _Route(best.row, best.leaves, best.enters)
            return
        if run.entry:
            self.routes[run.entry.flow.id] = _Route(best.row, best.leaves, _STRAIGHT)
        if run.exit:
            self.routes[run.exit.flow.id] = _Route(best.row, _STRAIGHT, best.enters)

    def _plans(self, run: _Run, row: int) -> Iterator["_Plan"]:
        """Yield every way to draw the run in `row`, free or not."""
        columns = [self.column[id] for id in run.nodes]
        entry, exit = run.entry, run.exit
        is_back = self._is_back(run)
        for leaves in self._leavings(entry, row, is_back):
            for enters in self._enterings(exit, row, is_back):
                ends = list(columns)
                along: dict[_Cell, str] = {}
                cost = 0.0 if row >= 0 else 0.3
                if entry:
                    column, start = self.column[entry.source], self.row[entry.source]
                    ends.append(column if is_back or leaves is _AT_NODE else column + 1)
                    cost += abs(row - start) + _aside_cost(leaves)
                    if leaves is _AT_NODE:
                        trunk = f"out {entry.source}"
                        along |= {(column, each): trunk for each in _between(start, row)}
                else:
                    cost += abs(row)
                if exit:
                    column, end = self.column[exit.target], self._row_of(exit.target, row)
                    ends.append(column if is_back or enters is _AT_NODE else column - 1)
                    cost += abs(row - end) + _aside_cost(enters)
                    if enters is _AT_NODE:
                        trunk = f"in {exit.target}"
                        along |= {(column, each): trunk for each in _between(end, row)}
                if is_back and row < max(self.row.values()):
                    cost += 1
                nodes = frozenset((column, row) for column in columns)
                cost += sum(self._is_under_border(cell) for cell in nodes) * 1.2
                cells = {(column, row) for column in range(min(ends), max(ends) + 1)}
                yield _Plan(row, nodes, frozenset(cells) - nodes, along, leaves, enters, cost)

    def _is_under_border(self, cell: _Cell) -> bool:
        """Tell whether boundary events hang above the cell, whose lines come down there."""
        column, row = cell
        return any(
            self.column[host] == column and self.row.get(host) == row - 1 for host in self.borders
        )

    def _row_of(self, id: str, otherwise: int) -> int:
        return self.row.get(id, otherwise)

    def _leavings(self, entry: _Line | None, row: int, is_back: bool) -> list[_Turn]:
        if entry is None:
            return [_STRAIGHT]
        start = self.row[entry.source]
        if entry.border:
            return [_AT_NODE, _BESIDE] if row > start else []
        if row == start:
            return [] if is_back else [_STRAIGHT]
        if is_back or self.nodes[entry.source].type.is_gateway:
            return [_AT_NODE, _BESIDE]
        return [_BESIDE]

    def _enterings(self, exit: _Line | None, row: int, is_back: bool) -> list[_Turn]:
        if exit is None:
            return [_STRAIGHT]
        end = self.row[exit.target]
        if row == end:
            return [] if is_back else [_STRAIGHT]
        if is_back or self.nodes[exit.target].type.is_gateway:
            return [_AT_NODE, _BESIDE]
        return [_BESIDE]


def _by(lines: Sequence[_Line], end: str) -> Mapping[str, list[_Line]]:
    found: dict[str, list[_Line]] = defaultdict(list)
    for line in lines:
        found[getattr(line, end)].append(line)
    return found


def _aside_cost(turn: _Turn) -> float:
    # Leaving on the right shares the first stretch with the straight way on: rather cross twice.
    return 1.5 if turn is _BESIDE else 0.0


def _between(start: int, end: int) -> range:
    """The rows from `start` to `end`, without the first and with the last."""
    return range(start + 1, end + 1) if start < end else range(end, start)


class _Plan(NamedTuple):
    row: int
    nodes: frozenset[_Cell]
    across: frozenset[_Cell]
    along: Mapping[_Cell, str]
    leaves: _Turn
    enters: _Turn
    cost: float


@dataclass
class _Grid:
    """Which cells are taken: by a node, by a line across, by a trunk of lines up and down."""

    nodes: set[_Cell] = field(default_factory=set)
    across: set[_Cell] = field(default_factory=set)
    along: dict[_Cell, str] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)

    def accepts(self, plan: _Plan) -> bool:
        """Lines may cross; they never run on top of each other or through a node."""
        if plan.nodes & (self.nodes | self.across | self.along.keys()):
            return False
        if plan.across & (self.nodes | self.across):
            return False
        return not any(
            cell in self.nodes or self.along.get(cell, trunk) != trunk
            for cell, trunk in plan.along.items()
        )

    def crossings(self, plan: _Plan) -> int:
        """Count the lines that the plan would cross."""
        trunks = (
            self.along[cell] != plan.along.get(cell) for cell in plan.across & self.along.keys()
        )
        return sum(trunks) + len(self.across & plan.along.keys())

    def mark(self, plan: _Plan) -> None:
        """Take the cells of the plan."""
        self.nodes |= plan.nodes
        self.across |= plan.across
        self.along |= plan.along
        self.rows.add(plan.row)


class _Plotter:
    """Turns rows and columns into coordinates."""

    def __init__(self, container: _Container) -> None:
        self.container = container
        self.drawing = _Drawing()
        self.tracks = self._find_tracks()
        self.left, self.width = self._measure_columns()
        self.center = self._measure_rows()

    def plot(self) -> _Drawing:
        for id, node in self.container.nodes.items():
            self._plot_node(id, node)
        for line in self.container.lines:
            self._plot_line(line, self.container.routes[line.flow.id])
        for id, node in self.container.nodes.items():
            if node.name and not node.type.is_activity:
                self._label_node(id, node)
        last = max(self.left, default=0)
        self.drawing.width = self.left[last] + self.width[last] if self.left else 0.0
        return self.drawing

    def _size(self, id: str) -> tuple[float, float]:
        node = self.container.nodes[id]
        if id in self.container.contents:
            content = self.container.contents[id]
            return content.width + 2 * _PADDING, content.height + 2 * _PADDING + _LINE
        if node.type.is_event:
            return _EVENT_SIZE
        return _GATEWAY_SIZE if node.type.is_gateway else _TASK_SIZE

    def _find_tracks(self) -> Mapping[int, list[str]]:
        """Return for every gap (by the column on its right) the trunks that run in it."""
        tracks: dict[int, list[str]] = defaultdict(list)
        for line in self.container.lines:
            route = self.container.routes[line.flow.id]
            if route.enters is _BESIDE:
                trunks, trunk = tracks[self.container.column[line.target]], f"in {line.target}"
                if trunk not in trunks:
                    trunks.append(trunk)
            if route.leaves is _BESIDE:
                trunks, trunk = tracks[self.container.column[line.source] + 1], f"out {line.source}"
                if trunk not in trunks:
                    trunks.insert(0, trunk)
        return tracks

    def _measure_columns(self) -> tuple[dict[int, float], dict[int, float]]:
        container = self.container
        width: dict[int, float] = defaultdict(lambda: _NARROW_COLUMN)
        for id, column in container.column.items():
            width[column] = max(width[column], self._size(id)[0])
        gap: dict[int, float] = defaultdict(lambda: _COLUMN_GAP)
        for column, trunks in self.tracks.items():
            gap[column] = _COLUMN_GAP + 14.0 * max(len(trunks) - 1, 0)
        for line in container.lines:
            if line.flow.name and not line.border:
                column = container.column[line.source]
                is_straight = container.routes[line.flow.id].leaves is not _AT_NODE
                start = self._size(line.source)[0] / 2 if is_straight else 0.0
                room = width[column] / 2 - start
                need = _label_size(line.flow.name)[0] + self._indent(line) + 20.0 - room
                gap[column + 1] = max(gap[column + 1], need)
        left: dict[int, float] = {}
        x = 0.0
        for column in range(max(container.column.values(), default=-1) + 1):
            x += gap[column] if column else 0.0
            left[column] = x
            x += width[column]
        return left, width

    def _measure_rows(self) -> dict[int, float]:
        container = self.container
        rows = container.grid.rows
        above: dict[int, float] = defaultdict(lambda: 8.0)
        below: dict[int, float] = defaultdict(lambda: 8.0)
        for id, row in container.row.items():
            node, (_width, height) = container.nodes[id], self._size(id)
            words = 0.0 if node.type.is_activity else _label_size(node.name)[1] + 6.0
            hanging = max(
                (18.0 + _label_size(event.name)[1] for event in container.borders.get(id, ())),
                default=0.0,
            )
            above[row] = max(above[row], height / 2 + (words if node.type.is_gateway else 0.0))
            below[row] = max(below[row], height / 2 + max(words, hanging))
        for line in container.lines:
            row = container.routes[line.flow.id].row
            above[row] = max(above[row], _label_size(line.flow.name)[1] + 4.0)
        center: dict[int, float] = {}
        y = 0.0
        for row in range(min(rows, default=0), max(rows, default=-1) + 1):
            y += above[row]
            center[row] = y
            y += below[row] + _ROW_GAP
        self.drawing.height = max(y - _ROW_GAP, 0.0)
        return center

    def _plot_node(self, id: str, node: Node) -> None:
        width, height = self._size(id)
        column = self.container.column[id]
        x = self.left[column] + (self.width[column] - width) / 2
        y = self.center[self.container.row[id]] - height / 2
        bounds = Bounds(x, y, width, height)
        self.drawing.shapes[id] = Shape(bounds)
        if id in self.container.contents:
            content = self.container.contents[id]
            self.drawing.place(content, x + _PADDING, y + _PADDING + _LINE)
        events = self.container.borders.get(id, ())
        for place, event in enumerate(events):
            share = (place + 1) / (len(events) + 1) if len(events) != 1 else 0.75
            ring = Bounds(x + width * share - 18.0, bounds.bottom - 18.0, *_EVENT_SIZE)
            label = None
            if event.name:
                words = _label_size(event.name)
                label = Bounds(ring.center.x + 6.0, ring.bottom + 2.0, *words)
            self.drawing.shapes[event.id] = Shape(ring, label)

    def _plot_line(self, line: _Line, route: _Route) -> None:
        source = self.drawing.shapes[line.border or line.source].bounds
        target = self.drawing.shapes[line.target].bounds
        y = self.center[route.row]
        start = self._start(line, route, source)
        points = [*start, *reversed(self._end(line, route, target))]
        label = None
        if line.flow.name:
            words = _label_size(line.flow.name)
            first = start[-1]
            is_left = points[-1].x < first.x
            indent = self._indent(line) if len(start) == 1 else _LABEL_INDENT
            x = first.x - words[0] - indent if is_left else first.x + indent
            label = Bounds(x, y - words[1] - 3.0, *words)
        self.drawing.edges[line.flow.id] = Edge(_without_repeats(points), label)

    def _indent(self, line: _Line) -> float:
        """Return how far from its start the name of a line stands, clear of a default mark."""
        is_default = self.container.nodes[line.source].default == line.flow.id
        return _LABEL_INDENT + (12.0 if is_default else 0.0)

    def _start(self, line: _Line, route: _Route, source: Bounds) -> list[Point]:
        """Return the points from the source to the row of the line."""
        y = self.center[route.row]
        if route.leaves is _AT_NODE:
            x = source.center.x
            return [Point(x, source.bottom if y > source.center.y else source.y), Point(x, y)]
        if route.leaves is _STRAIGHT:
            return [Point(source.right, y)]
        column = self.container.column[line.source]
        place = self.tracks[column + 1].index(f"out {line.source}")
        x = self.left[column] + self.width[column] + 20.0 + 14.0 * place
        if line.border:
            # Something stands right below: first to the gap beside the host, then down.
            under = source.bottom + 12.0
            down = [Point(source.center.x, source.bottom), Point(source.center.x, under)]
            return [*down, Point(x, under), Point(x, y)]
        return [Point(source.right, source.center.y), Point(x, source.center.y), Point(x, y)]

    def _end(self, line: _Line, route: _Route, target: Bounds) -> list[Point]:
        """Return the points from the target back to the row of the line."""
        y = self.center[route.row]
        if route.enters is _AT_NODE:
            x = target.center.x
            return [Point(x, target.bottom if y > target.center.y else target.y), Point(x, y)]
        if route.enters is _STRAIGHT:
            return [Point(target.x, y)]
        column = self.container.column[line.target]
        trunks = self.tracks[column]
        x = self.left[column] - 20.0 - 14.0 * (len(trunks) - 1 - trunks.index(f"in {line.target}"))
        return [Point(target.x, target.center.y), Point(x, target.center.y), Point(x, y)]

    def _label_node(self, id: str, node: Node) -> None:
        """Put the name of an event below it and of a gateway above, wherever no line runs."""
        bounds = self.drawing.shapes[id].bounds
        width, height = _label_size(node.name)
        center = bounds.center
        over, under = bounds.y - height - 4.0, bounds.bottom + 4.0
        ends = {
            point
            for line in self.container.lines
            for point in (self._touch(line, id),)
            if point is not None
        }
        busy_over = any(point.y <= bounds.y for point in ends)
        busy_under = any(point.y >= bounds.bottom for point in ends)
        x = center.x - width / 2
        if node.type.is_gateway and not busy_over:
            y = over
        elif not busy_under:
            y = under
        elif not busy_over:
            y = over
        else:
            x, y = bounds.x - width + 12.0, over + 12.0
        label = Bounds(x, y, width, height)
        self.drawing.shapes[id] = Shape(bounds, label)

    def _touch(self, line: _Line, id: str) -> Point | None:
        waypoints = self.drawing.edges[line.flow.id].waypoints
        if line.source == id and not line.border:
            return waypoints[0]
        return waypoints[-1] if line.target == id else None


def _without_repeats(points: Sequence[Point]) -> tuple[Point, ...]:
    """Leave out points that stand twice or in the middle of a straight line."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (
            kept[-2].x == kept[-1].x == point.x or kept[-2].y == kept[-1].y == point.y
        ):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _label_size(text: str) -> tuple[float, float]:
    if not text:
        return 0.0, 0.0
    lines = wrapped(text, _LABEL_WIDTH)
    return max(text_width(line) for line in lines), _LINE * len(lines)


def _diagram(root: etree._Element, drawing: _Drawing) -> etree._Element:
    """Return the drawing as BPMN DI."""
    holder = root.find(f"{BPMN}collaboration")
    if holder is None:
        holder = root.find(f"{BPMN}process")
    plane_id = "" if holder is None else holder.get("id", "")
    diagram = etree.Element(f"{BPMNDI}BPMNDiagram", id=f"diagram_{plane_id}")
    plane = etree.SubElement(
        diagram, f"{BPMNDI}BPMNPlane", id=f"plane_{plane_id}", bpmnElement=plane_id
    )
    markers = {element.get("id") for element in root.iter(f"{BPMN}exclusiveGateway")}
    expanded = {element.get("id") for element in root.iter(f"{BPMN}subProcess")}
    pools = {element.get("id") for element in root.iter(f"{BPMN}participant")}
    for id, shape in drawing.shapes.items():
        element = etree.SubElement(plane, f"{BPMNDI}BPMNShape", id=f"{id}_di", bpmnElement=id)
        if id in markers:
            element.set("isMarkerVisible", "true")
        if id in expanded:
            element.set("isExpanded", "true")
        if id in pools:
            element.set("isHorizontal", "true")
        etree.SubElement(element, f"{DC}Bounds", _numbers(shape.bounds))
        _write_label(element, shape.label)
    for id, edge in drawing.edges.items():
        element = etree.SubElement(plane, f"{BPMNDI}BPMNEdge", id=f"{id}_di", bpmnElement=id)
        for point in edge.waypoints:
            etree.SubElement(element, f"{DI}waypoint", _numbers(point))
        _write_label(element, edge.label)
    return diagram


def _write_label(element: etree._Element, label: Bounds | None) -> None:
    if label is not None:
        holder = etree.SubElement(element, f"{BPMNDI}BPMNLabel")
        etree.SubElement(holder, f"{DC}Bounds", _numbers(label))


def _numbers(value: Bounds | Point) -> dict[str, str]:
    return {name: f"{number:g}" for name, number in value._asdict().items()}
