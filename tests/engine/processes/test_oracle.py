"""Every construct runs as in SpiffWorkflow: the same waits, the same work, the same end."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

import baocheng
from baocheng.engine.decisions.feel import compile_expression
from baocheng.engine.processes.bpmn import read_bpmn
from baocheng.engine.processes.conditions import _context, _samples, _tests
from baocheng.engine.processes.model import NodeType
from engine.processes.bpmn_text import arrows, bpmn, definitions, message, timer
from engine.processes.driving import Oracle, Ours


@dataclass
class Block:
    """A piece of a block-structured model: it is entered at one node and left at another."""

    first: str
    last: str
    xml: str
    flows: str


class Writer:
    """Draws blocks; ids count up so that they never repeat."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.count = 0
        self.facts: dict[str, int] = {}
        self.loops: dict[str, str] = {}
        self.messages: list[str] = []

    def id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def block(self, depth: int) -> Block:
        simple = [self.work, self.work, self.service, self.catch]
        nested = [self.sequence, self.choice, self.fork, self.race, self.inside, self.loop]
        kinds = simple + [self.guarded] + (nested if depth else [])
        return self.draw(st.sampled_from(kinds))(depth - 1)

    def work(self, depth: int) -> Block:
        return self.node("userTask", "u")

    def service(self, depth: int) -> Block:
        return self.node("serviceTask", "s")

    def node(self, tag: str, kind: str, inner: str = "", attributes: str = "") -> Block:
        id = self.id(kind)
        return Block(id, id, f'<{tag} id="{id}" {attributes}>{inner}</{tag}>', "")

    def event(self) -> str:
        # No two events happen at once: each has its own message or its own length of time.
        if self.draw(st.booleans()):
            self.messages.append(self.id("m"))
            return message(self.messages[-1])
        self.count += 1
        return timer(f"PT{60 + self.count}M")

    def catch(self, depth: int) -> Block:
        return self.node("intermediateCatchEvent", "c", self.event())

    def sequence(self, depth: int) -> Block:
        return self.chain([self.block(depth) for _ in range(self.draw(st.integers(2, 3)))])

    def chain(self, blocks: list[Block]) -> Block:
        links = [f"{a.last} --> {b.first}" for a, b in itertools.pairwise(blocks)]
        flows = "\n".join([*(block.flows for block in blocks), *links])
        return Block(blocks[0].first, blocks[-1].last, "".join(b.xml for b in blocks), flows)

    def choice(self, depth: int) -> Block:
        ways = [self.block(depth) for _ in range(self.draw(st.integers(2, 3)))]
        split, join, fact = self.id("x"), self.id("x"), self.id("fact")
        self.facts[fact] = self.draw(st.integers(0, len(ways) - 1))
        default = f"{split}_{ways[-1].first}"
        xml = f'<exclusiveGateway id="{split}" default="{default}"/><exclusiveGateway id="{join}"/>'
        flows = [f"{split} --> {ways[-1].first}", *(f"{way.last} --> {join}" for way in ways)]
        flows += [
            f"{split} -{split}_{number}[{fact} = {number}]-> {way.first}"
            for number, way in enumerate(ways[:-1])
        ]
        return self.around(split, join, xml, flows, ways)

    def fork(self, depth: int) -> Block:
        ways = [self.block(depth) for _ in range(self.draw(st.integers(2, 3)))]
        split, join = self.id("p"), self.id("p")
        xml = f'<parallelGateway id="{split}"/><parallelGateway id="{join}"/>'
        flows = [f"{split} --> {way.first}\n{way.last} --> {join}" for way in ways]
        return self.around(split, join, xml, flows, ways)

    def race(self, depth: int) -> Block:
        events = [self.catch(depth) for _ in range(2)]
        ways = [self.chain([event, self.block(depth)]) for event in events]
        split, join = self.id("e"), self.id("x")
        xml = f'<eventBasedGateway id="{split}"/><exclusiveGateway id="{join}"/>'
        flows = [f"{split} --> {way.first}\n{way.last} --> {join}" for way in ways]
        return self.around(split, join, xml, flows, ways)

    def inside(self, depth: int) -> Block:
        body = self.enclosed(self.block(depth))
        id = self.id("sub")
        return Block(id, id, f'<subProcess id="{id}">{body}</subProcess>', "")

    def enclosed(self, body: Block) -> str:
        start, end = self.id("start"), self.id("end")
        flows = f"{start} --> {body.first}\n{body.last} --> {end}\n{body.flows}"
        ends = f'<startEvent id="{start}"/><endEvent id="{end}"/>'
        return "".join(arrows(flows)) + ends + body.xml

    def guarded(self, depth: int) -> Block:
        """An activity with an interrupting boundary event that leads back to the way on."""
        host = self.inside(depth) if depth > 0 and self.draw(st.booleans()) else self.work(depth)
        border, rescue, join = self.id("b"), self.work(depth), self.id("x")
        xml = (
            f'<boundaryEvent id="{border}" attachedToRef="{host.first}">{self.event()}'
            f'</boundaryEvent><exclusiveGateway id="{join}"/>'
        )
        flows = [f"{border} --> {rescue.first} --> {join}", f"{host.last} --> {join}"]
        return self.around(host.first, join, xml, flows, [host, rescue])

    def loop(self, depth: int) -> Block:
        """A body that is done again until the human task at its end was done often enough."""
        # SpiffWorkflow counts what reached a join in an earlier round too, so that what is repeated
        # stands in a sub-process, which begins anew each time.
        body = self.chain([self.inside(depth), self.work(depth)])
        merge, split, fact = self.id("x"), self.id("x"), self.id("fact")
        self.facts[fact] = 0
        self.loops[body.last] = fact
        times = self.draw(st.integers(1, 2))
        xml = (
            f'<exclusiveGateway id="{merge}"/><exclusiveGateway id="{split}" default="{split}_on"/>'
        )
        on = self.work(depth)
        flows = [
            f"{merge} --> {body.first}",
            f"{body.last} --> {split} -{split}_again[{fact} < {times}]-> {merge}",
            f"{split} -{split}_on-> {on.first}",
        ]
        return self.around(merge, on.last, xml, flows, [body, on])

    def around(
        self, first: str, last: str, xml: str, flows: list[str], inner: list[Block]
    ) -> Block:
        return Block(
            first,
            last,
            xml + "".join(block.xml for block in inner),
            "\n".join([*flows, *(block.flows for block in inner)]),
        )


@dataclass
class Model:
    """A model with the facts that its gateways look at and the tasks that count its loops."""

    text: str
    facts: dict[str, int]
    loops: dict[str, str]


@st.composite
def models(draw: st.DrawFn) -> Model:
    writer = Writer(draw)
    body = writer.enclosed(writer.block(depth=3))
    text = definitions(
        f'<process id="model" isExecutable="true">{body}</process>', tuple(writer.messages)
    )
    return Model(text, writer.facts, writer.loops)


def steps(ours: Ours) -> Iterator[tuple[str, str]]:
    """Yield what may happen next: a human task done, a message sent, time passed."""
    for element in sorted(ours.waiting()):
        node = ours.process.nodes[element]
        if node.type is NodeType.USER_TASK:
            yield "complete", element
        elif node.message:
            yield "send", node.message
        else:
            yield "tick", element


def run_side_by_side(model: Model, data: st.DataObject) -> None:
    """Let both run through the same random choices, comparing them after each."""
    note(model.text)
    document = read_bpmn(model.text, "test.bpmn")
    assert document.findings == ()
    ours, oracle = Ours(document.processes[0], model.facts), Oracle(model.text, facts=model.facts)

    for _ in range(60):
        assert ours.waiting() == oracle.waiting()
        assert ours.done == oracle.done
        assert ours.is_over == oracle.is_over
        if ours.is_over:
            return
        kind, what = data.draw(st.sampled_from(list(dict.fromkeys(steps(ours)))))
        due = ours.next_due() if kind == "tick" else ours.at
        for run in (ours, oracle):
            if kind == "complete":
                if what in model.loops:
                    run.facts[model.loops[what]] += 1
                run.complete(what)
            elif kind == "send":
                run.send(what)
            else:
                run.tick(due)
    pytest.fail("neither came to an end")


@settings(deadline=None)
@given(model=models(), data=st.data())
def test_random_models_run_as_in_spiffworkflow(model: Model, data: st.DataObject) -> None:
    run_side_by_side(model, data)


FIXED = {
    "a terminate event ends the other branch": (
        (
            '<startEvent id="s"/><parallelGateway id="p"/><userTask id="a"/><userTask id="b"/>'
            '<endEvent id="e"/><endEvent id="t"><terminateEventDefinition id="td"/></endEvent>'
        ),
        "s --> p --> a --> t\np --> b --> e",
    ),
    "a terminate event ends only its sub-process": (
        '<startEvent id="s"/><subProcess id="sub"><startEvent id="is"/><parallelGateway id="p"/>'
        '<userTask id="a"/><userTask id="b"/><endEvent id="ie"/><endEvent id="t">'
        '<terminateEventDefinition id="td"/></endEvent>'
        + "".join(arrows("is --> p --> a --> t\np --> b --> ie"))
        + '</subProcess><userTask id="c"/><endEvent id="e"/>',
        "s --> sub --> c --> e",
    ),
    "a boundary event that does not interrupt": (
        (
            '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
            '<endEvent id="f"/><boundaryEvent id="x" attachedToRef="a" cancelActivity="false">'
            f"{timer('PT5H')}</boundaryEvent>"
        ),
        "s --> a --> e\nx --> b --> f",
    ),
    "an exclusive join passes every token": (
        (
            '<startEvent id="s"/><parallelGateway id="p"/><userTask id="a"/><userTask id="b"/>'
            '<exclusiveGateway id="j"/><userTask id="c"/><endEvent id="e"/>'
        ),
        "s --> p --> a --> j --> c --> e\np --> b --> j",
    ),
    "passing events and several ends": (
        (
            '<startEvent id="s"/><intermediateThrowEvent id="i"/><parallelGateway id="p"/>'
            '<userTask id="a"/><endEvent id="e"/><endEvent id="f"/>'
        ),
        "s --> i --> p --> a --> e\np --> f",
    ),
}


@pytest.mark.parametrize("name", FIXED)
@settings(deadline=None, max_examples=10)
@given(data=st.data())
def test_construct_runs_as_in_spiffworkflow(name: str, data: st.DataObject) -> None:
    text = bpmn(*FIXED[name])
    run_side_by_side(Model(text, {}, {}), data)


HANDBOOK = Path(baocheng.__file__).parent / "handbook"
HANDBOOK_MODELS = sorted(HANDBOOK.rglob("*.bpmn"))


@pytest.mark.parametrize("file", HANDBOOK_MODELS, ids=lambda file: file.stem)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_handbook_process_runs_as_in_spiffworkflow(file: Path, data: st.DataObject) -> None:
    """The facts change at random before every step, so that all ways are gone."""
    text = file.read_text()
    process = read_bpmn(text, file.name).executable[0]
    conditions = [compile_expression(f.condition) for f in process.flows.values() if f.condition]
    looked_at: dict[tuple[str, ...], list[object]] = {}
    for condition in conditions:
        for path, value in _tests(condition.node):
            looked_at.setdefault(path, []).append(value)
    facts: dict[str, object] = {}

    def change_facts() -> None:
        samples = {path: _samples(values) for path, values in looked_at.items()}
        case = {path: data.draw(st.sampled_from(each)) for path, each in samples.items()}
        facts.clear()
        facts.update(_context(case))

    def answer(condition: str) -> bool:
        return compile_expression(condition).is_true(facts)

    change_facts()
    start = next(node.id for node in process.nodes.values() if node.type is NodeType.START)
    ours = Ours(process, start=start, answer=answer)
    oracle = Oracle(text, process.key, answer=answer)
    oracle.begin_with(process.nodes[start].message)
    for _ in range(30):
        assert ours.waiting() == oracle.waiting()
        assert ours.done == oracle.done
        assert ours.is_over == oracle.is_over
        if ours.is_over:
            return
        kind, what = data.draw(st.sampled_from(list(dict.fromkeys(steps(ours)))))
        due = ours.next_due() if kind == "tick" else ours.at
        change_facts()
        for run in (ours, oracle):
            if kind == "complete":
                run.complete(what)
            elif kind == "send":
                run.send(what)
            else:
                run.tick(due)
