"""Event types, the list of them, and who listens."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from baocheng.engine.streams import Actor, Stream


class Event:
    """A fact that became true. Subclasses are frozen dataclasses registered with `@event`."""

    type: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        """Return the fields as values that JSON keeps exactly."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {field.name: to_json(getattr(self, field.name)) for field in fields}


@dataclass
class Recorded:
    """An event as it was recorded; `position` is known once the unit is flushed."""

    id: UUID
    stream: Stream
    event: Event
    by: Actor
    at: datetime
    cause: UUID | None = None
    position: int = 0

    @property
    def type(self) -> str:
        return self.event.type


E = TypeVar("E", bound=type[Event])
Receiver = Callable[[Sequence[Recorded]], None]

_types: dict[str, type[Event]] = {}
_receivers: dict[str, list[Receiver]] = {}


def event(type: str) -> Callable[[E], E]:
    """Register an event class under `area.subject.past_verb.vN`."""

    def register(cls: E) -> E:
        known = _types.setdefault(type, cls)
        assert known is cls or known.__qualname__ == cls.__qualname__, f"{type} is taken by {known}"
        cls.type = type
        _types[type] = cls
        return cls

    return register


def event_types() -> Mapping[str, type[Event]]:
    """Return every registered event class by its type."""
    return _types


def receiver(*listens_to: type[Event] | str) -> Callable[[Receiver], Receiver]:
    """Register a function that gets, set-wise, the recorded events of these classes.

    It runs in the transaction that recorded them and may record more. "*" listens to all.
    """

    def register(listen: Receiver) -> Receiver:
        for name in listens_to:
            key = name if isinstance(name, str) else name.type
            _receivers.setdefault(key, []).append(listen)
        return listen

    return register


def notify(batch: Sequence[Recorded]) -> None:
    """Hand `batch` to its receivers, each getting what it listens to in the order of recording."""
    for key, listeners in list(_receivers.items()):
        heard = [one for one in batch if key in ("*", one.type)]
        if heard:
            for listen in listeners:
                listen(heard)


def to_json(value: Any) -> Any:
    """Return `value` as JSON without loss: decimals, dates and ids become strings.

    Raises:
        TypeError: the value has no exact form (a float, a model instance).
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal() | UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {str(key): to_json(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [to_json(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no exact JSON form")
