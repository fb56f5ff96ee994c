"""A small world to run processes in: things with facts, steps that do as they are told."""

from collections.abc import Callable, Collection, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from baocheng.engine.journal.events import Event, event
from baocheng.engine.journal.record import record
from baocheng.engine.processes.layout import with_layout
from baocheng.engine.processes.registry import (
    StepCall,
    StreamKind,
    Summary,
    form_handler,
    register_kind,
    step,
    step_for_many,
)
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.permissions import APPROVE_HANDBOOK, PUBLISH_HANDBOOK
from baocheng.engine.publishing.versions import publish
from baocheng.engine.streams import Actor, Stream
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import Problem
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2025, 9, 26, 12, tzinfo=SHANGHAI)
ROLES = frozenset({"clerk"})
ZHAO = Actor(id="staff:zhao", name="赵敏", branch="1/110", roles=ROLES)
EDITOR = Actor(id="staff:editor", permissions=frozenset({PUBLISH_HANDBOOK}))
HEAD = Actor(id="staff:head", permissions=frozenset({APPROVE_HANDBOOK}))


@dataclass
class Thing:
    """What the processes of these tests run for."""

    id: UUID
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """All things, and what was done to them."""

    things: dict[UUID, Thing] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    loads: list[int] = field(default_factory=list)
    failing: dict[str, Exception] = field(default_factory=dict)

    def thing(self, **facts: Any) -> Stream:
        thing = Thing(new_id(), facts)
        self.things[thing.id] = thing
        return Stream("thing", thing.id)

    def act(self, what: str) -> None:
        if what in self.failing:
            raise self.failing[what]
        self.done.append(what)


WORLD = World()


@contextmanager
def fresh_world() -> Any:
    WORLD.__init__()  # type: ignore[misc]
    yield WORLD


def _load(ids: Collection[UUID]) -> Mapping[UUID, Thing]:
    WORLD.loads.append(len(ids))
    return {id: WORLD.things[id] for id in ids if id in WORLD.things}


register_kind(
    StreamKind(
        kind="thing",
        load=_load,
        facts=lambda thing: thing.facts,
        fact_names={"amount": "金额", "is_ok": "可以", "wait": "等待"},
        summary=lambda thing: Summary(branch="1/110", shown={"amount": thing.facts.get("amount")}),
    )
)


class Refused(Problem):
    """A refusal of these tests."""

    code = "test.refused"
    message = "不行。"


@event("test.thing.done.v1")
@dataclass(frozen=True, kw_only=True)
class Done(Event):
    """已完成。"""

    what: str


@event("test.thing.answered.v1")
@dataclass(frozen=True, kw_only=True)
class Answered(Event):
    """已答复。"""


@step("test.first")
def first(call: StepCall[Thing]) -> None:
    record(Done(what="first"), stream=call.stream, by=call.by, at=call.at)
    WORLD.act("first")


@step("test.second", sets=("count",))
def second(call: StepCall[Thing]) -> None:
    record(Done(what="second"), stream=call.stream, by=call.by, at=call.at)
    WORLD.act("second")
    call.variables["count"] = call.variables.get("count", 0) + 1


@step_for_many("test.all")
def all_at_once(calls: Collection[StepCall[Thing]]) -> None:
    WORLD.act(f"all {len(calls)}")


@form_handler("test.decide")
def decide(call: StepCall[Thing], answers: Mapping[str, Any]) -> None:
    WORLD.act("decide")
    call.subject.facts["is_ok"] = answers["is_ok"]
    record(Done(what="decide"), stream=call.stream, by=call.by, at=call.at)


FORM = """
id: decide_form
title: 决定
operation: test.decide
fields:
  - {name: is_ok, label: 可以, type: boolean, required: true}
"""


def published(*models: str, at: datetime = NOON, **files: str) -> Handbook:
    """Publish a handbook of these models, which must be free of findings."""
    texts = {f"p{number}.bpmn": with_layout(model) for number, model in enumerate(models)}
    texts["decide.form.yaml"] = FORM
    texts |= {name.replace("__", "."): text for name, text in files.items()}
    handbook = Handbook(texts)
    assert [str(finding) for finding in handbook.check()] == []
    publish(handbook, effective_at=at, approved_by=HEAD, by=EDITOR, at=at)
    return handbook


Act = Callable[[], None]
