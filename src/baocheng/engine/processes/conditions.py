"""Look for a case in which none of several conditions holds."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice, product
from typing import Any

from baocheng.engine.decisions.feel import Compiled, tree
from baocheng.engine.decisions.feel.functions import text_of
from baocheng.kernel.text import _

_CASES_MAX = 20_000
_STEPS: Mapping[type, Any] = {
    Decimal: Decimal(1),
    date: timedelta(days=1),
    datetime: timedelta(days=1),
    timedelta: timedelta(days=1),
}

# The names on the way to a value: `triage.track` is ("triage", "track").
_Path = tuple[str, ...]


def uncovered_case(conditions: Sequence[Compiled]) -> Mapping[str, str] | None:
    """Return values under which no condition is true, or None when none is found.

    What is tried are the constants that the conditions mention, and their neighbours: for
    comparisons with constants that is exhaustive. Missing values are not tried; a gateway that
    splits what can be known is fine.
    """
    constants: dict[_Path, list[Any]] = {}
    for condition in conditions:
        for path, value in _tests(condition.node):
            if path[0] in condition.names:
                constants.setdefault(path, []).append(value)
    samples = [_samples(values) for values in constants.values()]
    for values in islice(product(*samples), _CASES_MAX):
        case = dict(zip(constants, values, strict=True))
        context = _context(case)
        if not any(condition.is_true(context) for condition in conditions):
            return {".".join(path): text_of(value) or "" for path, value in case.items()}
    return None


def _tests(node: tree.Node) -> Iterator[tuple[_Path, Any]]:
    """Yield what is looked at, each time with a constant it is compared with."""
    sides: tuple[tuple[tree.Node, tree.Node], ...] = ()
    match node:
        case tree.Comparison(_, left, right) | tree.Matches(left, right):
            sides = ((left, right), (right, left))
        case tree.Between(value, low, high):
            sides = ((value, low), (value, high))
        case tree.Name() | tree.Path():
            path = _path(node)
            if path:
                yield path, True
            return
    compared = [
        (path, value)
        for looked_at, other in sides
        if (path := _path(looked_at))
        for value in _constants(other)
    ]
    if compared:
        yield from compared
        return
    for child in tree.children(node):
        yield from _tests(child)


def _path(node: tree.Node) -> _Path:
    match node:
        case tree.Name(name):
            return (name,)
        case tree.Path(source, name):
            before = _path(source)
            return (*before, name) if before else ()
    return ()


def _constants(node: tree.Node) -> Iterator[Any]:
    if isinstance(node, tree.Literal):
        yield node.value
    for child in tree.children(node):
        yield from _constants(child)


def _samples(constants: Sequence[Any]) -> list[Any]:
    samples: list[Any] = []
    for value in constants:
        if isinstance(value, bool):
            samples += [True, False]
        elif isinstance(value, str):
            samples += [value, _("其他")]
        elif type(value) in _STEPS:
            step = _STEPS[type(value)]
            samples += [value - step, value, value + step]
        else:
            samples.append(value)
    return list(dict.fromkeys(samples))


def _context(case: Mapping[_Path, Any]) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for path, value in case.items():
        inner = context
        for name in path[:-1]:
            held = inner.setdefault(name, {})
            inner = held if isinstance(held, dict) else {}
        inner.setdefault(path[-1], value)
    return context
