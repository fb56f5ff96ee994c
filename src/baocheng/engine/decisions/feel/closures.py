"""From the tree to Python closures: the back end that decides one case.

Every node becomes a function of the scope, a mapping from names to FEEL values. No text is ever
evaluated as Python.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import singledispatch
from typing import Any

from baocheng.engine.decisions.feel import tree, values
from baocheng.engine.decisions.feel.functions import BUILTINS, PROPERTIES, Builtin
from baocheng.engine.decisions.feel.values import Function, Range

Scope = Mapping[str, Any]
Closure = Callable[[Scope], Any]


@singledispatch
def closure(node: tree.Node) -> Closure:
    """Return the function that answers `node` in a scope."""
    raise AssertionError(f"no closure for {type(node).__name__}")


@closure.register
def _literal(node: tree.Literal) -> Closure:
    value = node.value
    return lambda _scope: value


@closure.register
def _name(node: tree.Name) -> Closure:
    name = node.name
    return lambda scope: scope.get(name)


@closure.register
def _built_in(node: tree.BuiltIn) -> Closure:
    function = BUILTINS[node.name]
    return lambda _scope: function


@closure.register
def _path(node: tree.Path) -> Closure:
    source, name = closure(node.source), node.name
    return lambda scope: entry(source(scope), name)


def entry(value: Any, name: str) -> Any:
    """Return what the path `value.name` leads to; null when it leads nowhere."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):
        return [entry(item, name) for item in value]
    if isinstance(value, Range):
        return {"start": value.low, "end": value.high}.get(name)
    read = PROPERTIES.get(name)
    return read(value) if read else None


@closure.register
def _arithmetic(node: tree.Arithmetic) -> Closure:
    left, right = closure(node.left), closure(node.right)
    sign = node.operator
    return lambda scope: values.calculate(sign, left(scope), right(scope))


@closure.register
def _negative(node: tree.Negative) -> Closure:
    operand = closure(node.operand)
    return lambda scope: values.minus(operand(scope))


@closure.register
def _comparison(node: tree.Comparison) -> Closure:
    left, right, sign = closure(node.left), closure(node.right), node.operator
    return lambda scope: values.compare(sign, left(scope), right(scope))


@closure.register
def _between(node: tree.Between) -> Closure:
    value, low, high = closure(node.value), closure(node.low), closure(node.high)

    def between(scope: Scope) -> bool | None:
        answer = value(scope)
        return values.both(
            values.compare(">=", answer, low(scope)), values.compare("<=", answer, high(scope))
        )

    return between


@closure.register
def _matches(node: tree.Matches) -> Closure:
    value, candidate = closure(node.value), closure(node.candidate)
    return lambda scope: values.matches(value(scope), candidate(scope))


@closure.register
def _and(node: tree.And) -> Closure:
    left, right = closure(node.left), closure(node.right)
    return lambda scope: (
        False if (first := left(scope)) is False else values.both(first, right(scope))
    )


@closure.register
def _or(node: tree.Or) -> Closure:
    left, right = closure(node.left), closure(node.right)
    return lambda scope: (
        True if (first := left(scope)) is True else values.either(first, right(scope))
    )


@closure.register
def _not(node: tree.Not) -> Closure:
    operand = closure(node.operand)
    return lambda scope: values.negate(operand(scope))


@closure.register
def _if(node: tree.If) -> Closure:
    condition = closure(node.condition)
    consequence, alternative = closure(node.consequence), closure(node.alternative)
    return lambda scope: (consequence if condition(scope) is True else alternative)(scope)


@closure.register
def _range(node: tree.RangeOf) -> Closure:
    low, high, ends = closure(node.low), closure(node.high), (node.includes_low, node.includes_high)
    return lambda scope: Range(low(scope), high(scope), *ends)


@closure.register
def _list(node: tree.ListOf) -> Closure:
    items = tuple(map(closure, node.items))
    return lambda scope: [item(scope) for item in items]


@closure.register
def _context(node: tree.ContextOf) -> Closure:
    entries = tuple((name, closure(value)) for name, value in node.entries)

    def context(scope: Scope) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in entries:
            made[name] = value({**scope, **made})
        return made

    return context


@closure.register
def _filter(node: tree.Filter) -> Closure:
    source, condition = closure(node.source), closure(node.condition)
    names = tree.free_names(node.condition)

    def inside(scope: Scope, item: Any) -> Scope:
        entries = item if isinstance(item, dict) else {}
        return {**scope, "item": item, **{n: entries[n] for n in names if n in entries}}

    def select(scope: Scope) -> Any:
        items = _as_list(source(scope))
        answers = [condition(inside(scope, item)) for item in items or [None]]
        if isinstance(answers[0], Decimal):
            return _item_at(items, int(answers[0]))
        return [item for item, answer in zip(items, answers, strict=False) if answer is True]

    return select


def _item_at(items: list[Any], number: int) -> Any:
    at = number - 1 if number > 0 else number + len(items)
    return items[at] if number and 0 <= at < len(items) else None


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


@closure.register
def _for(node: tree.For) -> Closure:
    source, body, name, is_nested = (
        closure(node.source),
        closure(node.body),
        node.name,
        node.is_nested,
    )

    def loop(scope: Scope) -> list[Any] | None:
        items = _iterated(source(scope))
        if items is None:
            return None
        results: list[Any] = []
        for item in items:
            result = body({**scope, name: item, "partial": list(results)})
            results.extend(_as_list(result) if is_nested else [result])
        return results

    return loop


def _iterated(value: Any) -> list[Any] | None:
    match value:
        case None:
            return None
        case Range(Decimal() as low, Decimal() as high):
            step = 1 if low <= high else -1
            return [*map(Decimal, range(int(low), int(high) + step, step))]
        case Range():
            return None
    return _as_list(value)


@closure.register
def _quantified(node: tree.Quantified) -> Closure:
    source, condition, name = closure(node.source), closure(node.condition), node.name
    join, start = (values.both, True) if node.is_every else (values.either, False)

    def quantified(scope: Scope) -> bool | None:
        items = _iterated(source(scope))
        if items is None:
            return None
        answer: bool | None = start
        for item in items:
            answer = join(answer, condition({**scope, name: item}))
        return answer

    return quantified


@closure.register
def _function(node: tree.FunctionOf) -> Closure:
    parameters, body = node.parameters, closure(node.body)

    def make(scope: Scope) -> Function:
        return Function(
            parameters,
            lambda *arguments: body({**scope, **dict(zip(parameters, arguments, strict=True))}),
        )

    return make


@closure.register
def _call(node: tree.Call) -> Closure:
    function, names = closure(node.function), node.names
    arguments = tuple(map(closure, node.arguments))

    def call(scope: Scope) -> Any:
        called = function(scope)
        given = [argument(scope) for argument in arguments]
        if isinstance(called, Builtin | Function):
            placed = _placed(called, names, given) if names else given
            if placed is not None and _takes(called, len(placed)):
                return called(*placed) if isinstance(called, Builtin) else called.call(*placed)
        return None

    return call


def _takes(called: Builtin | Function, count: int) -> bool:
    return isinstance(called, Builtin) or count == len(called.parameters)


def _placed(called: Builtin | Function, names: tuple[str, ...], given: list[Any]) -> Any:
    """Put named arguments in the order of the parameters; None when a name is not one of them."""
    if isinstance(called, Builtin):
        parameters: list[str] = [name for name, _accepted in called.parameters]
    else:
        parameters = list(called.parameters)
    if not set(names) <= set(parameters):
        return None
    by_name = dict(zip(names, given, strict=True))
    while isinstance(called, Builtin) and parameters and parameters[-1] not in by_name:
        parameters.pop()
    return [by_name.get(name) for name in parameters]
