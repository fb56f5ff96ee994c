"""A column of a table cut into slots, inside which every cell answers the same.

The cut points are the constants its cells compare with: `< 5` and `[5..9)` cut the numbers into
below 5, 5, (5..9), 9, above 9. One sample of each slot then stands for all of it, so two questions
become exact and finite: which rules admit a value (a lookup, for deciding), and is there a value
that no rule admits, or more than one (a search, for checking).

Sets of rules are integers used as bit sets: bit n stands for the rule at index n.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from enum import Enum
from typing import Any

from baocheng.engine.decisions.feel import tree
from baocheng.engine.decisions.feel.closures import Closure, Scope, closure
from baocheng.engine.decisions.feel.tree import INPUT, Node
from baocheng.engine.decisions.feel.values import CLASSES, Range, YearsMonths
from baocheng.engine.decisions.types import Allowed, Type

Ask = Callable[[Any, Scope], int]


class Extent(Enum):
    """How much of the column a slot is."""

    NULL = "no value"
    POINT = "one value"
    OPEN = "everything between two cut points"
    OTHER = "every value that no cell names"


@dataclass(frozen=True)
class Slot:
    """A piece of a column.

    `must` are the rules that certainly admit it, `may` those that could: they differ by the
    cells that cannot be analysed. A slot is possible when a value of the column can fall into
    it: null only where some cell or the allowed values speak of null.
    """

    extent: Extent
    sample: Any
    low: Any = None
    high: Any = None
    is_possible: bool = True
    must: int = 0
    may: int = 0


@dataclass(frozen=True)
class Column:
    """The slots of one column; `opaque` cells have to be asked one by one.

    `has_known_domain` is false when the allowed values cannot be analysed: then nothing can be
    claimed about what the column leaves out.
    """

    slots: tuple[Slot, ...]
    cuts: tuple[Any, ...]
    kind: type | None
    plain: tuple[tuple[int, Closure], ...]
    opaque: tuple[tuple[int, Closure], ...]
    has_known_domain: bool

    def possible_slots(self) -> tuple[Slot, ...]:
        """Return the slots that a value of this column can fall into."""
        return tuple(slot for slot in self.slots if slot.is_possible)

    def asker(self) -> Ask:
        """Return the function from a value and its scope to the rules that admit it."""
        ask = self._lookup()
        return self._with_opaque(ask) if self.opaque else ask

    def _lookup(self) -> Ask:
        by_extent = {slot.extent: slot.must for slot in self.slots}
        null_rules = by_extent[Extent.NULL]
        if self.kind in (str, bool):
            points = {s.sample: s.must for s in self.slots if s.extent is Extent.POINT}
            return self._discrete(points, null_rules, by_extent.get(Extent.OTHER, 0))
        if self.kind in _MIDDLES:
            return self._ordered([s.must for s in self.slots[:-1]], null_rules)
        return lambda value, _scope: self._one_by_one(value)

    def _discrete(self, points: dict[Any, int], null_rules: int, other_rules: int) -> Ask:
        kind, one_by_one = self.kind, self._one_by_one

        def ask(value: Any, _scope: Scope) -> int:
            if value.__class__ is kind:
                return points.get(value, other_rules)
            return null_rules if value is None else one_by_one(value)

        return ask

    def _ordered(self, rules: list[int], null_rules: int) -> Ask:
        kind, cuts, one_by_one = self.kind, self.cuts, self._one_by_one
        count = len(cuts)

        def ask(value: Any, _scope: Scope) -> int:
            if value.__class__ is kind:
                at = bisect_left(cuts, value)
                if at < count and cuts[at] == value:
                    return rules[2 * at + 1]
                return rules[2 * at]
            return null_rules if value is None else one_by_one(value)

        return ask

    def _one_by_one(self, value: Any) -> int:
        return _admitting(self.plain, {INPUT: value})

    def _with_opaque(self, ask: Ask) -> Ask:
        opaque = self.opaque
        return lambda value, scope: ask(value, scope) | _admitting(opaque, {**scope, INPUT: value})


def _admitting(cells: Iterable[tuple[int, Closure]], scope: Scope) -> int:
    rules = 0
    for bit, test in cells:
        if test(scope) is True:
            rules |= bit
    return rules


class OpaqueCell(Exception):
    """A cell whose answer depends on more than a comparison of its input with constants."""


def constant(node: Node) -> Any:
    """Return the value of an expression without variables.

    Raises:
        OpaqueCell: it has some.
    """
    if tree.free_names(node):
        raise OpaqueCell
    return closure(node)({})


def partition(tests: Sequence[Node], column_type: Type, allowed: Allowed | None) -> Column:
    """Cut a column whose cells are `tests`, one per rule."""
    constants: list[Any] = []
    plain: list[tuple[int, Closure]] = []
    opaque: list[tuple[int, Closure]] = []
    for index, test in enumerate(tests):
        cell = 1 << index, closure(test)
        try:
            constants += compared_constants(test)
        except OpaqueCell:
            opaque.append(cell)
        else:
            plain.append(cell)
    allowed_constants, has_known_domain = _constants_of(allowed)
    constants += allowed_constants
    kind = CLASSES.get(column_type.kind) or _common_class(constants)
    if column_type.is_list or (kind not in _MIDDLES and kind not in (str, bool)):
        kind = None
        has_known_domain = has_known_domain and not constants
    cuts: list[Any] = sorted({value for value in constants if value.__class__ is kind})
    may = sum(bit for bit, _test in opaque)
    slots = tuple(
        _admitted(slot, plain, may, allowed, speaks_of_null=None in constants)
        for slot in [*_cut(kind, cuts, is_whole=column_type.is_whole), Slot(Extent.NULL, None)]
    )
    return Column(slots, tuple(cuts), kind, tuple(plain), tuple(opaque), has_known_domain)


def _constants_of(allowed: Allowed | None) -> tuple[list[Any], bool]:
    if allowed is None:
        return [], True
    try:
        return [*compared_constants(allowed.node)], True
    except OpaqueCell:
        return [], False


def _common_class(constants: Iterable[Any]) -> type | None:
    classes = {value.__class__ for value in constants if value is not None}
    return classes.pop() if len(classes) == 1 else None


def _admitted(
    slot: Slot,
    plain: Sequence[tuple[int, Closure]],
    opaque_rules: int,
    allowed: Allowed | None,
    *,
    speaks_of_null: bool,
) -> Slot:
    must = _admitting(plain, {INPUT: slot.sample})
    is_possible = slot.is_possible and (allowed is None or allowed.admits(slot.sample))
    if slot.extent is Extent.NULL and not speaks_of_null:
        is_possible = False
    return Slot(
        slot.extent,
        slot.sample,
        slot.low,
        slot.high,
        is_possible=is_possible,
        must=must,
        may=must | opaque_rules,
    )


def compared_constants(node: Node) -> Iterator[Any]:
    """Yield the constants that a cell compares its input with.

    Raises:
        OpaqueCell: the cell does anything else.
    """
    match node:
        case tree.Literal(bool() | None):
            return
        case tree.Name("?"):
            yield True
        case tree.Comparison(sign, tree.Name("?"), other) | tree.Comparison(
            sign, other, tree.Name("?")
        ):
            yield from _cut_points(constant(other), is_ordering=sign not in ("=", "!="))
        case tree.Matches(tree.Name("?"), candidate):
            yield from _cut_points(constant(candidate))
        case tree.Between(tree.Name("?"), low, high):
            yield from _cut_points([constant(low), constant(high)], is_ordering=True)
        case tree.And(left, right) | tree.Or(left, right):
            yield from compared_constants(left)
            yield from compared_constants(right)
        case tree.Not(operand):
            yield from compared_constants(operand)
        case _:
            raise OpaqueCell


def _cut_points(value: Any, *, is_ordering: bool = False) -> Iterator[Any]:
    match value:
        case Range(low, high):
            yield from _cut_points([low, high], is_ordering=True)
        case list():
            for item in value:
                yield from _cut_points(item, is_ordering=is_ordering)
        case str() if is_ordering:
            # Between two texts there is no end of texts: such a cell is asked, not cut.
            raise OpaqueCell
        case datetime() | time() | dict():
            # Moments with and without a time zone have no common order to cut.
            raise OpaqueCell
        case _:
            yield value


def _cut(kind: type | None, cuts: Sequence[Any], *, is_whole: bool) -> Iterator[Slot]:
    """Yield the slots of a kind in ascending order: open, point, open, … for ordered kinds."""
    if kind is bool:
        yield Slot(Extent.POINT, sample=False)
        yield Slot(Extent.POINT, sample=True)
    elif kind is str:
        yield from (Slot(Extent.POINT, text) for text in cuts)
        yield Slot(Extent.OTHER, _text_apart_from(cuts))
    elif kind is None or not cuts:
        yield Slot(Extent.OTHER, {})
    else:
        for low, high in zip([None, *cuts], [*cuts, None], strict=True):
            yield _between(kind, low, high, is_whole=is_whole)
            if high is not None:
                yield Slot(
                    Extent.POINT, high, high, high, is_possible=not is_whole or high % 1 == 0
                )


def _between(kind: type, low: Any, high: Any, *, is_whole: bool) -> Slot:
    try:
        sample = _MIDDLES[kind](low, high)
    except OverflowError:  # before the first day or after the last
        sample = None
    is_possible = sample is not None
    if is_possible and is_whole:
        whole = sample.to_integral_value(ROUND_FLOOR)
        whole += low is not None and whole <= low
        is_possible = (low is None or whole > low) and (high is None or whole < high)
        sample = whole if is_possible else sample
    return Slot(Extent.OPEN, sample, low, high, is_possible=is_possible)


def _text_apart_from(texts: Sequence[str]) -> str:
    sample = "其他"
    while sample in texts:
        sample += "…"
    return sample


def _middle_number(low: Decimal | None, high: Decimal | None) -> Decimal:
    if low is None or high is None:
        return (low if low is not None else high or Decimal(0)) + (-1 if low is None else 1)
    return (low + high) / 2


def _middle_of(step: Any) -> Callable[[Any, Any], Any]:
    def middle(low: Any, high: Any) -> Any:
        if low is None or high is None:
            return high - step if low is None else low + step
        sample = low + (high - low) // 2
        return sample if sample > low else None

    return middle


def _middle_months(low: YearsMonths | None, high: YearsMonths | None) -> YearsMonths | None:
    months = _middle_of(1)(low and low.total, high and high.total)
    return None if months is None else YearsMonths(months)


_MIDDLES: dict[type, Callable[[Any, Any], Any]] = {
    Decimal: _middle_number,
    date: _middle_of(timedelta(days=1)),
    timedelta: _middle_of(timedelta(days=1)),
    YearsMonths: _middle_months,
}
