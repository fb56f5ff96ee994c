"""FEEL values, and what comparing and calculating with them means (OMG DMN 1.5 §10.3.2).

| FEEL | Python |
|---|---|
| number | `Decimal` of 34 digits, never a float |
| string, boolean, null | `str`, `bool`, `None` |
| date, time, date and time | `date`, `time`, `datetime` |
| days and time duration | `timedelta` |
| years and months duration | `YearsMonths` |
| list, context, range, function | `list`, `dict`, `Range`, `Function` |

Whatever cannot be answered is null: no operation here raises for a value of the wrong kind.
Classes are compared exactly, because Python takes `True` for a number and a `datetime` for a
`date`, which FEEL does not.
"""

import calendar
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

# IEEE 754 decimal128, as the standard asks; an impossible result is trapped and becomes null.
NUMBERS = Context(
    prec=34, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)


@dataclass(frozen=True, order=True)
class YearsMonths:
    """A years and months duration, as a whole number of months."""

    total: int


class Range(NamedTuple):
    """An interval between two values; a null end leaves open what lies on its side."""

    low: Any
    high: Any
    includes_low: bool
    includes_high: bool


class Function(NamedTuple):
    """A function made by an expression or a business knowledge model."""

    parameters: tuple[str, ...]
    call: Callable[..., Any]


KINDS: dict[type, str] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    date: "date",
    time: "time",
    datetime: "date and time",
    timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}


def number(text: str) -> Decimal | None:
    """Read a number, rounded to 34 digits; None when `text` is none, or beyond all measure."""
    try:
        read = NUMBERS.create_decimal(text)
    except ArithmeticError:
        return None
    return read if read.is_finite() else None


_TUPLES = frozenset({Range, Function})
CLASSES = {kind: cls for cls, kind in KINDS.items()}
ORDERED = frozenset({Decimal, str, date, time, datetime, timedelta, YearsMonths})


def to_feel(value: Any) -> Any:
    """Turn a Python value into the FEEL value it stands for.

    Raises:
        TypeError: an object that FEEL has no kind for.
    """
    if isinstance(value, Mapping):
        return {name: to_feel(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and value.__class__ not in _TUPLES:
        return [to_feel(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    match value:
        case Enum():
            return _scalar(value.value)
        case float():
            # The shortest decimal that names the float is what its writer meant.
            return Decimal(repr(value))
        case int() if not isinstance(value, bool):
            return Decimal(value)
        case str() | UUID():
            return str(value)
    if value is None or value.__class__ in KINDS:
        return value
    raise TypeError(f"FEEL has no kind for {type(value).__name__}")


def equal(left: Any, right: Any) -> bool | None:
    """Answer `left = right`: null equals only null, different kinds are incomparable (null)."""
    if left is None or right is None:
        return left is right
    if left.__class__ is not right.__class__:
        return None
    if isinstance(left, list):
        return len(left) == len(right) and _all_equal(zip(left, right, strict=True))
    if isinstance(left, dict):
        return left.keys() == right.keys() and _all_equal((left[n], right[n]) for n in left)
    return bool(left == right)


def _all_equal(pairs: Iterable[tuple[Any, Any]]) -> bool:
    return all(equal(left, right) for left, right in pairs)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(sign: str, left: Any, right: Any) -> bool | None:
    """Answer `left sign right` for any of the six comparisons."""
    if sign == "=":
        return equal(left, right)
    if sign == "!=":
        return negate(equal(left, right))
    if left.__class__ is not right.__class__ or left.__class__ not in ORDERED:
        return None
    try:
        return _ORDER[sign](left, right)
    except TypeError:  # a moment with a time zone against one without
        return None


def negate(value: Any) -> bool | None:
    """Answer `not(value)`; null unless `value` is a boolean."""
    return not value if isinstance(value, bool) else None


def both(left: Any, right: Any) -> bool | None:
    """Answer `left and right`: false wins, then null."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(left: Any, right: Any) -> bool | None:
    """Answer `left or right`: true wins, then null."""
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def matches(value: Any, candidate: Any) -> bool | None:
    """Answer `value in candidate`: within a range, among a list, or equal."""
    if isinstance(candidate, Range):
        return within(value, candidate)
    if isinstance(candidate, list) and not isinstance(value, list):
        found: bool | None = False
        for item in candidate:
            found = either(found, matches(value, item))
        return found
    if isinstance(candidate, list):
        among = any(equal(value, item) for item in candidate)
        return True if among else equal(value, candidate)
    return equal(value, candidate)


def within(value: Any, span: Range) -> bool | None:
    """Tell whether `value` lies in `span`."""
    low, high, includes_low, includes_high = span
    above = compare(">=" if includes_low else ">", value, low)
    below = compare("<=" if includes_high else "<", value, high)
    return both(above, below)


def calculate(sign: str, left: Any, right: Any) -> Any:
    """Answer `left sign right` for any of `+ - * / **`; null when the two do not go together."""
    operation = _OPERATIONS.get((sign, left.__class__, right.__class__))
    if operation is None:
        return None
    try:
        return operation(left, right)
    except (ArithmeticError, TypeError):
        # Divided by zero, out of the calendar, or a moment with a time zone less one without.
        return None


def minus(value: Any) -> Any:
    """Answer `-value` for numbers and durations."""
    return calculate("*", value, Decimal(-1))


def plus_months(day: date, months: int) -> date | None:
    """Move `day` by whole months; a day the month lacks becomes its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


def months_between(start: date, end: date) -> int:
    """Count the whole months from `start` to `end`, negative when `end` is earlier."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (start.day > end.day)


def _microseconds(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(microseconds=1))


def _months_times(span: YearsMonths, factor: Decimal) -> YearsMonths:
    return YearsMonths(int(NUMBERS.multiply(Decimal(span.total), factor)))


def _months_over(span: YearsMonths, divisor: Decimal) -> YearsMonths:
    return YearsMonths(int(NUMBERS.divide(Decimal(span.total), divisor)))


def _days_times(span: timedelta, factor: Decimal) -> timedelta:
    return timedelta(microseconds=int(NUMBERS.multiply(_microseconds(span), factor)))


def _days_over(span: timedelta, divisor: Decimal) -> timedelta:
    return timedelta(microseconds=int(NUMBERS.divide(_microseconds(span), divisor)))


def _swapped(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: operation(right, left)


def _months_after(day: date, span: YearsMonths) -> date | None:
    return plus_months(day, span.total)


def _months_before(day: date, span: YearsMonths) -> date | None:
    return plus_months(day, -span.total)


_OPERATIONS: dict[tuple[str, type, type], Callable[[Any, Any], Any]] = {
    ("+", Decimal, Decimal): NUMBERS.add,
    ("-", Decimal, Decimal): NUMBERS.subtract,
    ("*", Decimal, Decimal): NUMBERS.multiply,
    ("/", Decimal, Decimal): NUMBERS.divide,
    ("**", Decimal, Decimal): NUMBERS.power,
    ("+", str, str): operator.add,
    ("+", timedelta, timedelta): operator.add,
    ("-", timedelta, timedelta): operator.sub,
    ("*", timedelta, Decimal): _days_times,
    ("*", Decimal, timedelta): _swapped(_days_times),
    ("/", timedelta, Decimal): _days_over,
    ("/", timedelta, timedelta): lambda left, right: NUMBERS.divide(
        _microseconds(left), _microseconds(right)
    ),
    ("+", YearsMonths, YearsMonths): lambda left, right: YearsMonths(left.total + right.total),
    ("-", YearsMonths, YearsMonths): lambda left, right: YearsMonths(left.total - right.total),
    ("*", YearsMonths, Decimal): _months_times,
    ("*", Decimal, YearsMonths): _swapped(_months_times),
    ("/", YearsMonths, Decimal): _months_over,
    ("/", YearsMonths, YearsMonths): lambda left, right: NUMBERS.divide(
        Decimal(left.total), Decimal(right.total)
    ),
}
for _moment in (date, datetime):
    _OPERATIONS |= {
        ("-", _moment, _moment): operator.sub,
        ("+", _moment, timedelta): operator.add,
        ("+", timedelta, _moment): operator.add,
        ("-", _moment, timedelta): operator.sub,
        ("+", _moment, YearsMonths): _months_after,
        ("+", YearsMonths, _moment): _swapped(_months_after),
        ("-", _moment, YearsMonths): _months_before,
    }


def can_calculate(sign: str, left: type, right: type) -> bool:
    """Tell whether `sign` means anything between values of two classes."""
    return (sign, left, right) in _OPERATIONS
