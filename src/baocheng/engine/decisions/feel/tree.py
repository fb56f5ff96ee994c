"""The tree of a FEEL expression: one small language that every back end walks.

A cell of a decision table is the same tree: its input value is the name `?`, so `< 5` reads
`? < 5`, `"a","b"` reads `? in ("a", "b")` and `-` is the literal `true`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias
from typing import Literal as OneOf

Operator: TypeAlias = OneOf["=", "!=", "<", "<=", ">", ">="]

INPUT = "?"


@dataclass(frozen=True)
class Node:
    """A part of an expression."""


@dataclass(frozen=True)
class Literal(Node):
    """A constant; `value` is a FEEL value (see `values`)."""

    value: Any


@dataclass(frozen=True)
class Name(Node):
    """A variable or function of the scope; `at` is its place in the text, for messages."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class BuiltIn(Node):
    """A built-in function where it is called; anywhere else its name is a variable's."""

    name: str


@dataclass(frozen=True)
class Path(Node):
    """`source.name`: an entry of a context, a property of a date, or of each item of a list."""

    source: Node
    name: str


@dataclass(frozen=True)
class Arithmetic(Node):
    """`left operator right` with `+ - * / **`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Negative(Node):
    """`-operand`."""

    operand: Node


@dataclass(frozen=True)
class Comparison(Node):
    """`left operator right`; true, false, or null when the two cannot be compared."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True)
class Matches(Node):
    """`value in candidate`: in a range, among a list, or equal to it."""

    value: Node
    candidate: Node


@dataclass(frozen=True)
class And(Node):
    """Three-valued conjunction."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Or(Node):
    """Three-valued disjunction."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Not(Node):
    """Three-valued negation: `not(null)` is null."""

    operand: Node


@dataclass(frozen=True)
class If(Node):
    """`if condition then consequence else alternative`; a null condition takes the alternative."""

    condition: Node
    consequence: Node
    alternative: Node


@dataclass(frozen=True)
class RangeOf(Node):
    """`[low..high]` with either end open or closed."""

    low: Node
    high: Node
    includes_low: bool
    includes_high: bool


@dataclass(frozen=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class ContextOf(Node):
    """`{name: value}`; a later entry sees the earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Filter(Node):
    """`source[condition]`: an item by number, or the items for which the condition is true."""

    source: Node
    condition: Node


@dataclass(frozen=True)
class For(Node):
    """`for name in source return body`; several iterators nest."""

    name: str
    source: Node
    body: Node
    is_nested: bool = False


@dataclass(frozen=True)
class Quantified(Node):
    """`some name in source satisfies condition`, or `every`."""

    is_every: bool
    name: str
    source: Node
    condition: Node


@dataclass(frozen=True)
class FunctionOf(Node):
    """`function(parameters) body`."""

    parameters: tuple[str, ...]
    body: Node


@dataclass(frozen=True)
class Call(Node):
    """`function(arguments)`; `names` is empty when the arguments are given by position."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


def children(node: Node) -> Iterator[Node]:
    """Yield the parts of `node`, in reading order."""
    for each in fields(node):
        yield from _nodes_in(getattr(node, each.name))


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


def free_names(node: Node, *, in_filters: bool = True) -> dict[str, int]:
    """Return the names that `node` takes from its surroundings, each with its first place.

    Inside a filter a name may be an entry of the items, which only the items know: a check for
    unknown names leaves those out with `in_filters=False`.
    """
    found: dict[str, int] = {}
    _collect(node, frozenset(), in_filters, found)
    return found


def _collect(node: Node, bound: frozenset[str], in_filters: bool, found: dict[str, int]) -> None:
    match node:
        case Name(name, at):
            if name not in bound:
                found.setdefault(name, at)
        case For(name, source, inner) | Quantified(_, name, source, inner):
            _collect(source, bound, in_filters, found)
            _collect(inner, bound | {name}, in_filters, found)
        case FunctionOf(parameters, body):
            _collect(body, bound | frozenset(parameters), in_filters, found)
        case ContextOf(entries):
            for name, value in entries:
                _collect(value, bound, in_filters, found)
                bound |= {name}
        case Filter(source, condition):
            _collect(source, bound, in_filters, found)
            if in_filters:
                _collect(condition, bound | {"item"}, in_filters, found)
        case _:
            for child in children(node):
                _collect(child, bound, in_filters, found)
