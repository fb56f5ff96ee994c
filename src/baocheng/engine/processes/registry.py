"""What areas bring: the kinds of things that processes run for, the steps and form handlers.

A BPMN file names steps ("claims.calculate_benefit") and forms; which code stands behind them is
only known here. So a process of the handbook joins areas that do not know each other.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from baocheng.engine.streams import Actor, Stream

Subject = TypeVar("Subject")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What worklists show of a case: the branch it belongs to, its amount, and lines to read,
    masked where they are personal."""

    branch: str = ""
    amount: Decimal | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)


def _nothing(subject: Any) -> Summary:
    return Summary()


@dataclass(frozen=True, kw_only=True)
class StreamKind(Generic[Subject]):
    """A kind of thing that processes run for.

    `load` reads many at once and keeps what it read for the open unit; `facts` computes what
    conditions and decisions may see, by the names that `fact_names` labels.
    """

    kind: str
    load: Callable[[Collection[UUID]], Mapping[UUID, Subject]]
    facts: Callable[[Subject], Mapping[str, Any]]
    fact_names: Mapping[str, str]
    summary: Callable[[Subject], Summary] = _nothing


@dataclass(frozen=True, kw_only=True)
class StepCall(Generic[Subject]):
    """A service task that has been reached, or a human task being completed.

    `variables` are those of the instance; what is set there is kept. `token_id` is the idempotency
    key of whatever the step starts outside the database.
    """

    stream: Stream
    subject: Subject
    variables: dict[str, Any]
    by: Actor
    at: datetime
    element: str
    handbook_version: int
    token_id: UUID


Step = Callable[[StepCall[Any]], None]
ManyStep = Callable[[Sequence[StepCall[Any]]], None]
FormHandler = Callable[[StepCall[Any], Mapping[str, Any]], None]

_kinds: dict[str, StreamKind[Any]] = {}
_steps: dict[str, ManyStep] = {}
_handlers: dict[str, FormHandler] = {}
_variables: set[str] = set()


def register_kind(kind: StreamKind[Any]) -> None:
    """Let processes run for things of this kind."""
    _kinds[kind.kind] = kind


def step(name: str, *, sets: Collection[str] = ()) -> Callable[[Step], Step]:
    """Register the code behind the service tasks of this name; `sets` are variables it leaves."""

    def register(one: Step) -> Step:
        def many(calls: Sequence[StepCall[Any]]) -> None:
            for call in calls:
                one(call)

        _register(name, many, sets)
        return one

    return register


def step_for_many(name: str, *, sets: Collection[str] = ()) -> Callable[[ManyStep], ManyStep]:
    """As `step`, for code that serves all instances waiting there at once."""

    def register(many: ManyStep) -> ManyStep:
        _register(name, many, sets)
        return many

    return register


def _register(name: str, many: ManyStep, sets: Collection[str]) -> None:
    assert name not in _steps, f"step {name} is registered twice"
    _steps[name] = many
    _variables.update(sets)


def form_handler(operation: str) -> Callable[[FormHandler], FormHandler]:
    """Register what is done with the answers of the forms that name this operation."""

    def register(handler: FormHandler) -> FormHandler:
        assert operation not in _handlers, f"operation {operation} is registered twice"
        _handlers[operation] = handler
        return handler

    return register


def find_kind(kind: str) -> StreamKind[Any] | None:
    """Return the kind, None when no area registered it."""
    return _kinds.get(kind)


def get_step(name: str) -> ManyStep:
    """Return the step, which `check` has made sure of.

    Raises:
        KeyError: no area registered it: the handbook was published by another release.
    """
    return _steps[name]


def find_handler(operation: str) -> FormHandler | None:
    """Return the handler, None when the answers are simply kept as variables."""
    return _handlers.get(operation)


def step_names() -> Collection[str]:
    """Return the names of all steps."""
    return _steps.keys()


def operation_names() -> Collection[str]:
    """Return the names of all operations that forms may name."""
    return _handlers.keys()


def fact_names() -> Mapping[str, str]:
    """Return the names that conditions may use, each with its label."""
    known: dict[str, str] = dict.fromkeys(_variables, "")
    for kind in _kinds.values():
        known |= kind.fact_names
    return known
