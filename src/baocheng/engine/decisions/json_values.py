"""FEEL values as JSON that keeps their kind: {"type": "number", "value": "1200.50"}."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from baocheng.engine.decisions.feel import temporal, values
from baocheng.engine.decisions.feel.functions import text_of

_READERS: dict[str, Callable[[str], Any]] = {
    "number": Decimal,
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "date and time": temporal.parse_date_and_time,
    "days and time duration": temporal.parse_duration,
    "years and months duration": temporal.parse_duration,
}


def to_json(value: Any) -> dict[str, Any]:
    """Write a FEEL value with its kind; a number keeps every digit."""
    kind = values.KINDS.get(value.__class__, "null")
    match value:
        case None | str() | bool():
            plain: Any = value
        case list():
            plain = [to_json(item) for item in value]
        case dict():
            plain = {name: to_json(item) for name, item in value.items()}
        case Decimal():
            plain = format(value, "f")
        case _:
            plain = text_of(value)
    return {"type": kind, "value": plain}


def from_json(written: Mapping[str, Any]) -> Any:
    """Read back what `to_json` wrote."""
    value = written["value"]
    match written["type"]:
        case "list":
            return [from_json(item) for item in value]
        case "context":
            return {name: from_json(item) for name, item in value.items()}
    read = _READERS.get(written["type"])
    return read(value) if read else value


def is_typed(written: Any) -> bool:
    """Tell whether plain data is a value written by `to_json`."""
    return isinstance(written, Mapping) and written.keys() == {"type", "value"}
