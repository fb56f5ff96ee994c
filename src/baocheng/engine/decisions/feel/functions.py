"""The built-in functions of FEEL that a handbook may call, under their own names.

Left out on purpose: `now()` and `today()`, because a decision must give the same answer when it
is replayed (pass the day as an input), and regular expressions, because one of them can hold a
worker for minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    InvalidOperation,
)
from functools import partial, reduce
from typing import Any

from baocheng.engine.decisions.feel import temporal, values
from baocheng.engine.decisions.feel.values import NUMBERS, Range, YearsMonths


@dataclass(frozen=True)
class Builtin:
    """A function, its parameters in order and the class each accepts (`object`: any, also null).

    An argument of another class makes the answer null; parameters from `required` on may be left
    out. A variadic function takes one list, or its items one by one.
    """

    name: str
    parameters: tuple[tuple[str, type], ...]
    call: Callable[..., Any]
    required: int
    is_variadic: bool = False

    def __call__(self, *arguments: Any) -> Any:
        if self.is_variadic:
            if len(arguments) == 1 and isinstance(arguments[0], list):
                return self.call(arguments[0])
            return self.call(list(arguments)) if arguments else None
        if not self.required <= len(arguments) <= len(self.parameters):
            return None
        for value, (_name, accepted) in zip(arguments, self.parameters, strict=False):
            if accepted is not object and not isinstance(value, accepted):
                return None
        return self.call(*arguments)

    def accepts(self, count: int) -> bool:
        """Tell whether the function can be called with `count` arguments by position."""
        return count > 0 if self.is_variadic else self.required <= count <= len(self.parameters)


BUILTINS: dict[str, Builtin] = {}


def _builtin(
    name: str, *parameters: tuple[str, type], optional: int = 0, is_variadic: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        required = len(parameters) - optional
        BUILTINS[name] = Builtin(name, parameters, call, required, is_variadic)
        return call

    return register


_LIST = ("list", list)
_NUMBER = ("n", Decimal)
_STRING = ("string", str)

# Numbers


def _round_to(rounding: str, number: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    try:
        rounded = number.quantize(Decimal(1).scaleb(-int(scale)), rounding, NUMBERS)
    except InvalidOperation:
        return None
    # Rounding -0.4 leaves a negative zero, which FEEL does not know.
    return rounded or abs(rounded)


for _name, _rounding in {
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
    "round up": ROUND_UP,
    "round down": ROUND_DOWN,
    "round half up": ROUND_HALF_UP,
    "round half down": ROUND_HALF_DOWN,
    "decimal": ROUND_HALF_EVEN,
}.items():
    _builtin(_name, _NUMBER, ("scale", Decimal), optional=_name in ("floor", "ceiling"))(
        partial(_round_to, _rounding)
    )


@_builtin("abs", ("n", object))
def _absolute(number: Any) -> Any:
    if isinstance(number, YearsMonths):
        return YearsMonths(abs(number.total))
    return abs(number) if isinstance(number, Decimal | timedelta) else None


@_builtin("modulo", ("dividend", Decimal), ("divisor", Decimal))
def _modulo(dividend: Decimal, divisor: Decimal) -> Any:
    whole = values.calculate("/", dividend, divisor)
    if whole is None:
        return None
    # FEEL's remainder takes the sign of the divisor, Python's Decimal that of the dividend.
    return dividend - divisor * whole.to_integral_value(ROUND_FLOOR)


@_builtin("odd", _NUMBER)
def _odd(number: Decimal) -> bool:
    return number % 2 != 0


@_builtin("even", _NUMBER)
def _even(number: Decimal) -> bool:
    return number % 2 == 0


# Strings


@_builtin("string length", _STRING)
def _string_length(text: str) -> Decimal:
    return Decimal(len(text))


_builtin("upper case", _STRING)(str.upper)
_builtin("lower case", _STRING)(str.lower)
_builtin("contains", _STRING, ("match", str))(str.__contains__)
_builtin("starts with", _STRING, ("match", str))(str.startswith)
_builtin("ends with", _STRING, ("match", str))(str.endswith)


@_builtin("substring", _STRING, ("start position", Decimal), ("length", Decimal), optional=1)
def _substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    first = int(start) - 1 if start > 0 else len(text) + int(start)
    if start == 0 or not 0 <= first < len(text):
        return None
    return text[first:] if length is None else text[first : first + max(int(length), 0)]


@_builtin("substring before", _STRING, ("match", str))
def _substring_before(text: str, match: str) -> str:
    before, found, _after = text.partition(match) if match else ("", "", "")
    return before if found else ""


@_builtin("substring after", _STRING, ("match", str))
def _substring_after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@_builtin("split", _STRING, ("delimiter", str))
def _split(text: str, delimiter: str) -> list[str] | None:
    return text.split(delimiter) if delimiter else None


@_builtin("string join", _LIST, ("delimiter", str), optional=1)
def _string_join(items: list[Any], delimiter: str = "") -> str | None:
    present = [item for item in items if item is not None]
    return delimiter.join(present) if all(isinstance(item, str) for item in present) else None


# Lists


@_builtin("count", _LIST, is_variadic=True)
def _count(items: list[Any]) -> Decimal:
    return Decimal(len(items))


def _fold(items: list[Any], step: Callable[[Any, Any], Any]) -> Any:
    return reduce(step, items) if items and None not in items else None


@_builtin("min", _LIST, is_variadic=True)
def _minimum(items: list[Any]) -> Any:
    return _extreme(items, "<")


@_builtin("max", _LIST, is_variadic=True)
def _maximum(items: list[Any]) -> Any:
    return _extreme(items, ">")


def _extreme(items: list[Any], sign: str) -> Any:
    def better(best: Any, item: Any) -> Any:
        wins = values.compare(sign, item, best)
        return None if wins is None else item if wins else best

    if len(items) == 1 and items[0].__class__ not in values.ORDERED:
        return None
    return _fold(items, better)


@_builtin("sum", _LIST, is_variadic=True)
def _sum(items: list[Any]) -> Any:
    if not all(isinstance(item, Decimal | timedelta | YearsMonths) for item in items):
        return None
    return _fold(items, partial(values.calculate, "+"))


@_builtin("mean", _LIST, is_variadic=True)
def _mean(items: list[Any]) -> Any:
    return values.calculate("/", _sum(items), Decimal(len(items)))


@_builtin("all", _LIST, is_variadic=True)
def _all(items: list[Any]) -> Any:
    return reduce(values.both, [True, *items])


@_builtin("any", _LIST, is_variadic=True)
def _any(items: list[Any]) -> Any:
    return reduce(values.either, [False, *items])


@_builtin("list contains", _LIST, ("element", object))
def _list_contains(items: list[Any], element: Any) -> bool:
    return any(values.equal(item, element) for item in items)


@_builtin("index of", _LIST, ("match", object))
def _index_of(items: list[Any], match: Any) -> list[Decimal]:
    return [Decimal(n) for n, item in enumerate(items, 1) if values.equal(item, match)]


@_builtin("sublist", _LIST, ("start position", Decimal), ("length", Decimal), optional=1)
def _sublist(items: list[Any], start: Decimal, length: Decimal | None = None) -> Any:
    first = int(start) - 1 if start > 0 else len(items) + int(start)
    if start == 0 or not 0 <= first < len(items):
        return None
    return items[first:] if length is None else items[first : first + max(int(length), 0)]


@_builtin("append", _LIST, ("item", object))
def _append(items: list[Any], item: Any) -> list[Any]:
    return [*items, item]


@_builtin("concatenate", _LIST, ("other", list))
def _concatenate(items: list[Any], other: list[Any]) -> list[Any]:
    return [*items, *other]


@_builtin("reverse", _LIST)
def _reverse(items: list[Any]) -> list[Any]:
    return items[::-1]


@_builtin("distinct values", _LIST)
def _distinct_values(items: list[Any]) -> list[Any]:
    distinct: list[Any] = []
    for item in items:
        if not _list_contains(distinct, item):
            distinct.append(item)
    return distinct


@_builtin("flatten", _LIST)
def _flatten(items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for item in items:
        flat.extend(_flatten(item) if isinstance(item, list) else [item])
    return flat


# Conversions and the calendar


@_builtin("string", ("from", object))
def _string(value: Any) -> str | None:
    return text_of(value)


_builtin("number", ("from", str))(values.number)


@_builtin("date", ("from", object), ("month", object), ("day", object), optional=2)
def _date(value: Any, month: Any = None, day: Any = None) -> date | None:
    match value, month, day:
        case str(), None, None:
            return temporal.parse_date(value)
        case datetime(), None, None:
            return value.date()
        case date(), None, None:
            return value
        case Decimal(), Decimal(), Decimal():
            return temporal.parse_date(f"{int(value):04}-{int(month):02}-{int(day):02}")
    return None


@_builtin("time", ("from", object), ("minute", object), ("second", object), optional=2)
def _time(value: Any, minute: Any = None, second: Any = None) -> time | None:
    match value, minute, second:
        case str(), None, None:
            return temporal.parse_time(value)
        case datetime(), None, None:
            return value.timetz()
        case time(), None, None:
            return value
        case Decimal(), Decimal(), Decimal():
            return temporal.parse_time(f"{int(value):02}:{int(minute):02}:{int(second):02}")
    return None


@_builtin("date and time", ("from", object), ("time", object), optional=1)
def _date_and_time(value: Any, clock: Any = None) -> datetime | None:
    match value, clock:
        case str(), None:
            return temporal.parse_date_and_time(value)
        case datetime(), None:
            return value
        case date(), time():
            return datetime.combine(value, clock)
    return None


@_builtin("duration", ("from", str))
def _duration(text: str) -> temporal.Duration | None:
    return temporal.parse_duration(text)


@_builtin("years and months duration", ("from", date), ("to", date))
def _years_and_months_duration(start: date, end: date) -> YearsMonths:
    return YearsMonths(values.months_between(start, end))


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@_builtin("day of week", ("date", date))
def _day_of_week(day: date) -> str:
    return _DAYS[day.weekday()]


@_builtin("day of year", ("date", date))
def _day_of_year(day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


@_builtin("not", ("negand", object))
def _not(value: Any) -> bool | None:
    return values.negate(value)


def text_of(value: Any) -> str | None:
    """Write a FEEL value as the `string` function does; null stays null."""
    return None if value is None else _TEXTS.get(value.__class__, str)(value)


def _number_text(number: Decimal) -> str:
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _range_text(span: Range) -> str:
    left, right = "[" if span.includes_low else "(", "]" if span.includes_high else ")"
    return f"{left}{_quoted(span.low)}..{_quoted(span.high)}{right}"


def _list_text(items: list[Any]) -> str:
    return f"[{', '.join(map(_quoted, items))}]"


def _context_text(entries: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {_quoted(item)}" for name, item in entries.items()) + "}"


_TEXTS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    Decimal: _number_text,
    date: temporal.moment_text,
    time: temporal.moment_text,
    datetime: temporal.moment_text,
    timedelta: temporal.duration_text,
    YearsMonths: temporal.duration_text,
    Range: _range_text,
    list: _list_text,
    dict: _context_text,
}


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(text_of(value) or "null")


# Properties that a path reads from dates and durations (`birth.year`).


def _part_of_days(of: Callable[[timedelta], int]) -> Callable[[Any], Decimal | None]:
    def part(span: Any) -> Decimal | None:
        if not isinstance(span, timedelta):
            return None
        return Decimal(-of(-span) if span < timedelta(0) else of(span))

    return part


def _attribute(name: str, *classes: type) -> Callable[[Any], Decimal | None]:
    return lambda value: Decimal(getattr(value, name)) if isinstance(value, classes) else None


def _month_part(of: Callable[[int], int]) -> Callable[[Any], Decimal | None]:
    def part(span: Any) -> Decimal | None:
        if not isinstance(span, YearsMonths):
            return None
        return Decimal(-of(-span.total) if span.total < 0 else of(span.total))

    return part


PROPERTIES: dict[str, Callable[[Any], Any]] = {
    "year": _attribute("year", date),
    "month": _attribute("month", date),
    "day": _attribute("day", date),
    "weekday": lambda day: Decimal(day.isoweekday()) if isinstance(day, date) else None,
    "hour": _attribute("hour", datetime, time),
    "minute": _attribute("minute", datetime, time),
    "second": _attribute("second", datetime, time),
    "years": _month_part(lambda months: months // 12),
    "months": _month_part(lambda months: months % 12),
    "days": _part_of_days(lambda span: span.days),
    "hours": _part_of_days(lambda span: span.seconds // 3600),
    "minutes": _part_of_days(lambda span: span.seconds // 60 % 60),
    "seconds": _part_of_days(lambda span: span.seconds % 60),
    "time offset": lambda value: value.utcoffset() if isinstance(value, datetime | time) else None,
}
