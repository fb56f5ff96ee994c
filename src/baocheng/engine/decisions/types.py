"""What kind of value an input or output takes, and reading such values from plain data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from baocheng.engine.decisions.feel import temporal, values
from baocheng.engine.decisions.feel.closures import closure
from baocheng.engine.decisions.feel.functions import text_of
from baocheng.engine.decisions.feel.tree import INPUT, Node
from baocheng.engine.decisions.feel.values import YearsMonths
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

ANY = "Any"

# The names of DMN and, where they differ, those that Camunda writes.
_ALIASES = {
    "integer": "number",
    "long": "number",
    "double": "number",
    "dateTime": "date and time",
    "dateTimeDuration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "context": "context",
    "any": ANY,
}
_KIND_LABELS = {
    "number": _("数值"),
    "string": _("文本"),
    "boolean": _("是或否（true、false）"),
    "date": _("日期（如 2025-01-31）"),
    "time": _("时间（如 09:30:00）"),
    "date and time": _("日期时间（如 2025-01-31T09:30:00）"),
    "days and time duration": _("天数时长（如 P30D）"),
    "years and months duration": _("年月时长（如 P1Y6M）"),
    "context": _("结构"),
    "list": _("列表"),
    "range": _("区间"),
    "function": _("函数"),
}


class WrongType(Problem):
    """A value that is not of the kind its input asks for."""

    code = "decisions.wrong_type"
    message = _("“{label}”应为{kind}，不能是“{value}”。")


class ValueNotAllowed(Problem):
    """A value outside those that its input allows."""

    code = "decisions.value_not_allowed"
    message = _("“{label}”的取值“{value}”不在允许范围内：{allowed}。")


@dataclass(frozen=True)
class Allowed:
    """The values a clause allows: a condition on `?` and the text it was written in."""

    text: str
    node: Node

    @cached_property
    def _test(self) -> Callable[[Mapping[str, Any]], Any]:
        return closure(self.node)

    def admits(self, value: Any) -> bool:
        """Tell whether `value` is among them."""
        return self._test({INPUT: value}) is True


@dataclass(frozen=True)
class Type:
    """The kind of a value, its allowed values, and for a context its entries."""

    kind: str = ANY
    allowed: Allowed | None = None
    entries: Mapping[str, "Type"] = field(default_factory=dict)
    is_list: bool = False
    is_whole: bool = False

    @property
    def label(self) -> str:
        """What a person calls it."""
        return kind_label("list" if self.is_list else self.kind)

    def read(self, value: Any, *, name: str, label: str = "") -> Any:
        """Return the FEEL value that `value`, of JSON or Python, stands for.

        Raises:
            WrongType: it stands for no value of this type.
            ValueNotAllowed: it does, but for one that is not allowed.
        """
        if value is None:
            return None
        if self.is_list:
            item = Type(self.kind, self.allowed, self.entries, is_whole=self.is_whole)
            items = value if isinstance(value, list | tuple) else [value]
            return [item.read(each, name=name, label=label) for each in items]
        read = self._read_one(value, name, label or name)
        if self.allowed and not self.allowed.admits(read):
            shown = text_of(read)
            raise ValueNotAllowed(name, label=label or name, value=shown, allowed=self.allowed.text)
        return read

    def _read_one(self, value: Any, name: str, label: str) -> Any:
        if self.entries and isinstance(value, Mapping):
            return {
                key: self.entries.get(key, UNTYPED).read(item, name=f"{name}.{key}")
                for key, item in value.items()
            }
        try:
            found = _READERS.get(self.kind, values.to_feel)(value)
        except (ValueError, TypeError, InvalidOperation):
            found = None
        is_broken = self.is_whole and isinstance(found, Decimal) and found % 1 != 0
        if found is None or is_broken:
            raise WrongType(name, label=label, kind=self.label, value=value)
        return found


UNTYPED = Type()


def kind_label(kind: str) -> str:
    """Return what a person calls a kind of value, in the reader's language."""
    return gettext(_KIND_LABELS.get(kind, kind))


def simple_type(name: str) -> Type | None:
    """Return the built-in type called `name` in a `typeRef`; None when there is none."""
    plain = name.rpartition(":")[2]
    kind = _ALIASES.get(plain, plain)
    if kind == ANY or kind in values.CLASSES:
        return Type(kind, is_whole=plain in ("integer", "long"))
    return None


def _read_number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    read = values.number(value) if isinstance(value, str) else values.to_feel(value)
    return read if isinstance(read, Decimal) and read.is_finite() else None


def _read_boolean(value: Any) -> bool | None:
    return (
        {"true": True, "false": False}.get(value) if isinstance(value, str) else _only(value, bool)
    )


def _only(value: Any, cls: type) -> Any:
    return value if value.__class__ is cls else None


def _read_string(value: Any) -> str | None:
    plain = values.to_feel(value)
    return plain if isinstance(plain, str) else None


def _from_text(cls: type, parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: _only(parse(value) if isinstance(value, str) else value, cls)


_READERS: dict[str, Callable[[Any], Any]] = {
    "number": _read_number,
    "string": _read_string,
    "boolean": _read_boolean,
    "date": _from_text(date, temporal.parse_date),
    "time": _from_text(time, temporal.parse_time),
    "date and time": _from_text(datetime, temporal.parse_date_and_time),
    "days and time duration": _from_text(timedelta, temporal.parse_duration),
    "years and months duration": _from_text(YearsMonths, temporal.parse_duration),
    "context": lambda value: _only(values.to_feel(value), dict),
}
