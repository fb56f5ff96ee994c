"""The closures agree with a plain walk of the tree, on values of every kind and on nulls."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from baocheng.engine.decisions.feel import tree
from baocheng.engine.decisions.feel.closures import closure
from baocheng.engine.decisions.feel.values import Range, compare, equal, within

NUMBERS = st.integers(-3, 3).map(Decimal)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    st.sampled_from(["", "a", "b"]),
    st.dates(date(2025, 1, 1), date(2025, 1, 4)),
)
LEAVES = st.one_of(VALUES.map(tree.Literal), st.sampled_from("xyz").map(tree.Name))
SIGNS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def _branches(nodes: st.SearchStrategy[tree.Node]) -> st.SearchStrategy[tree.Node]:
    return st.one_of(
        st.builds(tree.Comparison, SIGNS, nodes, nodes),
        st.builds(tree.Between, nodes, nodes, nodes),
        st.builds(tree.And, nodes, nodes),
        st.builds(tree.Or, nodes, nodes),
        st.builds(tree.Not, nodes),
        st.builds(tree.If, nodes, nodes, nodes),
        st.builds(
            tree.Matches,
            nodes,
            st.builds(tree.RangeOf, nodes, nodes, st.booleans(), st.booleans()),
        ),
        st.builds(tree.Matches, nodes, st.lists(nodes, max_size=2).map(tuple).map(tree.ListOf)),
        st.builds(tree.Arithmetic, st.sampled_from("+-*"), nodes, nodes),
    )


NODES = st.recursive(LEAVES, _branches, max_leaves=12)
SCOPES = st.fixed_dictionaries({"x": VALUES, "y": VALUES, "z": VALUES})


def _kind(value: Any) -> type | None:
    return None if value is None else type(value)


def _ordered(sign: str, left: Any, right: Any) -> bool | None:
    if _kind(left) is not _kind(right) or _kind(left) in (None, bool):
        return None
    return {
        "<": left < right,
        "<=": left < right or left == right,
        ">": right < left,
        ">=": not left < right,
    }[sign]


def _same(left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return left is None and right is None
    return left == right if _kind(left) is _kind(right) else None


def _conjunction(*answers: Any) -> bool | None:
    if any(answer is False for answer in answers):
        return False
    return True if all(answer is True for answer in answers) else None


def _negation(answer: Any) -> bool | None:
    return None if not isinstance(answer, bool) else answer is False


def _disjunction(*answers: Any) -> bool | None:
    return _negation(_conjunction(*(_negation(answer) for answer in answers)))


def walk(node: tree.Node, scope: dict[str, Any]) -> Any:  # noqa: C901, PLR0911, PLR0912
    """Answer a tree in the most literal way: one rule of the standard per line."""
    match node:
        case tree.Literal(value):
            return value
        case tree.Name(name):
            return scope[name]
        case tree.Comparison("=", left, right):
            return _same(walk(left, scope), walk(right, scope))
        case tree.Comparison("!=", left, right):
            return _negation(_same(walk(left, scope), walk(right, scope)))
        case tree.Comparison(sign, left, right):
            return _ordered(sign, walk(left, scope), walk(right, scope))
        case tree.Between(value, low, high):
            return _within(walk(value, scope), walk(low, scope), walk(high, scope), ">=", "<=")
        case tree.And(left, right):
            return _conjunction(walk(left, scope), walk(right, scope))
        case tree.Or(left, right):
            return _disjunction(walk(left, scope), walk(right, scope))
        case tree.Not(operand):
            return _negation(walk(operand, scope))
        case tree.If(condition, consequence, alternative):
            return walk(consequence if walk(condition, scope) is True else alternative, scope)
        case tree.Matches(value, tree.RangeOf(low, high, closed_low, closed_high)):
            signs = ">=" if closed_low else ">", "<=" if closed_high else "<"
            return _within(walk(value, scope), walk(low, scope), walk(high, scope), *signs)
        case tree.Matches(value, tree.ListOf(items)):
            equals = [_same(walk(value, scope), walk(item, scope)) for item in items]
            return _disjunction(*equals)
        case tree.Arithmetic(sign, left, right):
            return _calculated(sign, walk(left, scope), walk(right, scope))
    raise AssertionError(node)


def _within(value: Any, low: Any, high: Any, above: str, below: str) -> bool | None:
    return _conjunction(_ordered(above, value, low), _ordered(below, value, high))


def _calculated(sign: str, left: Any, right: Any) -> Any:
    kinds = _kind(left), _kind(right)
    if kinds == (Decimal, Decimal):
        return {"+": left + right, "-": left - right, "*": left * right}[sign]
    if kinds == (str, str) and sign == "+":
        return left + right
    return left - right if kinds == (date, date) and sign == "-" else None


@given(NODES, SCOPES)
def test_closures_agree_with_a_walk_of_the_tree(node: tree.Node, scope: dict[str, Any]) -> None:
    answer = closure(node)(scope)

    assert (type(answer), answer) == (type(walk(node, scope)), walk(node, scope))


@given(VALUES, VALUES)
def test_equality_is_symmetric_and_null_equals_only_null(left: Any, right: Any) -> None:
    assert equal(left, right) is equal(right, left)
    assert equal(left, None) is (left is None)


@given(VALUES, VALUES, VALUES)
def test_an_open_end_leaves_out_exactly_its_limit(value: Any, low: Any, high: Any) -> None:
    closed = within(value, Range(low, high, includes_low=True, includes_high=True))
    opened = within(value, Range(low, high, includes_low=False, includes_high=False))
    is_limit = equal(value, low) is True or equal(value, high) is True

    assert (opened is True) == (closed is True and not is_limit)


@given(VALUES, VALUES)
def test_opposite_comparisons_contradict_or_are_both_null(left: Any, right: Any) -> None:
    for sign, opposite in (("<", ">="), (">", "<=")):
        answers = compare(sign, left, right), compare(opposite, left, right)
        assert answers == (None, None) or set(answers) == {True, False}
