"""What kind of value an expression has, as far as it can be told without a case."""

from collections.abc import Iterator, Mapping

from baocheng.engine.decisions.feel import tree, values
from baocheng.engine.decisions.partition import OpaqueCell, constant
from baocheng.engine.decisions.types import ANY, Type

Types = Mapping[str, Type]


def kind_of(node: tree.Node, types: Types) -> str:
    """Return the kind of `node` where names have `types`; `Any` when it cannot be told."""
    match node:
        case tree.Name(name):
            found = types.get(name)
            return ANY if found is None else "list" if found.is_list else found.kind
        case tree.Path(tree.Name(name), entry) if name in types:
            found = types[name].entries.get(entry)
            return found.kind if found and not found.is_list else ANY
        case tree.If(_, consequence, alternative):
            kinds = {kind_of(consequence, types), kind_of(alternative, types)}
            return kinds.pop() if len(kinds) == 1 else ANY
        case (
            tree.Comparison()
            | tree.Between()
            | tree.Matches()
            | tree.And()
            | tree.Or()
            | tree.Not()
        ):
            return "boolean"
        case tree.Arithmetic(_, left, right):
            kinds = {kind_of(left, types), kind_of(right, types)}
            return kinds.pop() if kinds in ({"number"}, {"string"}) else ANY
    return _kind_of_constant(node)


def _kind_of_constant(node: tree.Node) -> str:
    if tree.free_names(node):
        return ANY
    try:
        value = constant(node)
    except OpaqueCell:
        return ANY
    return ANY if value is None else values.KINDS.get(value.__class__, ANY)


def mismatches(node: tree.Node, types: Types) -> Iterator[tuple[str, str]]:
    """Yield the pairs of kinds in `node` that are compared or calculated with, but never can be."""
    for child in tree.children(node):
        yield from mismatches(child, types)
    for left, right in _pairs(node):
        kinds = kind_of(left, types), kind_of(right, types)
        if ANY in kinds or "context" in kinds:
            continue
        if not _go_together(node, *kinds):
            yield kinds


def _pairs(node: tree.Node) -> Iterator[tuple[tree.Node, tree.Node]]:
    match node:
        case tree.Comparison(_, left, right) | tree.Arithmetic(_, left, right):
            yield left, right
        case tree.Between(value, low, high):
            yield value, low
            yield value, high
        case tree.Matches(value, tree.RangeOf(low, high)):
            yield value, low
            yield value, high
        case tree.Matches(value, tree.ListOf(items)):
            for item in items:
                yield value, item
        case tree.Matches(value, candidate):
            yield value, candidate


def _go_together(node: tree.Node, left: str, right: str) -> bool:
    if isinstance(node, tree.Arithmetic):
        return values.can_calculate(node.operator, values.CLASSES[left], values.CLASSES[right])
    is_container = isinstance(node, tree.Matches) and right in ("list", "range")
    return left == right or is_container
