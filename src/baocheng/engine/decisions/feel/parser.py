"""From the text of an expression or of a table cell to its tree."""

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import cache, lru_cache, reduce
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from baocheng.engine.decisions.feel import tree
from baocheng.engine.decisions.feel.functions import BUILTINS, PROPERTIES
from baocheng.engine.decisions.feel.temporal import parse_temporal
from baocheng.engine.decisions.feel.tree import INPUT, Name, Node
from baocheng.engine.decisions.feel.values import number
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

_JOINER = "\ue000"
# What a Chinese keyboard writes in place of the signs of FEEL.
_FULL_WIDTH = dict(zip("（），“”【】。：", '(),""[].:', strict=True)) | {"≥": ">=", "≤": "<="}


class UnreadableExpression(Problem):
    """A text that is not FEEL; `at` is the place of the first character that does not fit."""

    code = "decisions.syntax"
    message = _("表达式“{text}”第 {column} 个字符处无法识别。")

    def __init__(self, text: str, at: int, detail: str | None = None) -> None:
        self.at = at
        found = text[at : at + 1]
        half = _FULL_WIDTH.get(found)
        if not found:
            detail = _("表达式“{text}”没有写完。") if text else _("表达式为空。")
        elif half:
            detail = _("表达式“{text}”第 {column} 个字符“{found}”是全角符号，请改用半角“{half}”。")
        super().__init__(detail=detail, text=text, column=at + 1, found=found, half=half)


def parse_expression(text: str, names: Collection[str] = ()) -> Node:
    """Read a FEEL expression; `names` are the names with spaces that it may use.

    Raises:
        UnreadableExpression: the text is not FEEL.
    """
    return _parsed(text, "expression", frozenset(names))


def parse_cell(text: str, names: Collection[str] = ()) -> Node:
    """Read the unary tests of a table cell as a condition on `?`; an empty cell is always true.

    Raises:
        UnreadableExpression: the text is no list of unary tests.
    """
    return _parsed(text, "cell", frozenset(names)) if text.strip() else tree.Literal(value=True)


@lru_cache(maxsize=8192)
def _parsed(text: str, start: str, names: frozenset[str]) -> Node:
    text = text.strip()
    try:
        parsed = _grammar().parse(_join_names(text, names), start=start)
    except UnexpectedInput as error:
        raise UnreadableExpression(text, _place(text, error)) from None
    try:
        node: Node = _Builder(text).transform(parsed)
    except RecursionError:
        detail = _("表达式嵌套过深，请拆成几个决策。")
        raise UnreadableExpression(text, 0, detail) from None
    return node


@cache
def _grammar() -> Lark:
    grammar = files(__package__).joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", start=["expression", "cell"], maybe_placeholders=False)


def _place(text: str, error: UnexpectedInput) -> int:
    is_at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    return len(text) if is_at_end or error.pos_in_stream is None else error.pos_in_stream


def _join_names(text: str, names: frozenset[str]) -> str:
    """Make every known name with spaces or signs one word, of the same length, outside strings."""
    return _name_pattern(names).sub(
        lambda found: re.sub(r"\W", _JOINER, found[0]) if found["name"] else found[0], text
    )


_BUILTIN_NAMES = {
    *BUILTINS,
    *PROPERTIES,
    *(name for builtin in BUILTINS.values() for name, _accepted in builtin.parameters),
}


@lru_cache(maxsize=256)
def _name_pattern(names: frozenset[str]) -> re.Pattern[str]:
    known = {*names, *_BUILTIN_NAMES}
    composed = sorted((n for n in known if re.search(r"\W", n)), key=len, reverse=True)
    spaced = "|".join(r"\s+".join(map(re.escape, name.split())) for name in composed)
    return re.compile(rf'"(?:\\.|[^"\\])*"|(?P<name>(?<!\w)(?:{spaced})(?!\w))')


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}


def _unquoted(token: str) -> str:
    def plain(found: re.Match[str]) -> str:
        code = found[1]
        return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPES.get(code, found[0])

    return re.sub(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", plain, token[1:-1])


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Makes the tree, bottom up; each method is named after the grammar's alternative."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def _spelled(self, token: Token) -> str:
        # The joined name lost its spaces and signs; the text still has them at the same place.
        start = token.start_pos or 0
        return " ".join(self._text[start : start + len(token)].split())

    def name(self, token: Token) -> Node:
        return Name(self._spelled(token), token.start_pos or 0)

    def number(self, token: Token) -> Node:
        return tree.Literal(number(token))

    def string(self, token: Token) -> Node:
        return tree.Literal(_unquoted(token))

    def temporal(self, token: Token) -> Node:
        return tree.Literal(parse_temporal(_unquoted(token)))

    def true(self) -> Node:
        return tree.Literal(value=True)

    def false(self) -> Node:
        return tree.Literal(value=False)

    def null(self) -> Node:
        return tree.Literal(None)

    def list(self, *items: Node) -> Node:
        return tree.ListOf(items)

    def range(self, left: Token, low: Node, _dots: Token, high: Node, right: Token) -> Node:
        return tree.RangeOf(low, high, left == "[", right == "]")

    def entry(self, key: Token, value: Node) -> tuple[str, Node]:
        return (_unquoted(key) if key.type == "STRING" else self._spelled(key)), value

    def context(self, *entries: tuple[str, Node]) -> Node:
        return tree.ContextOf(entries)

    def path(self, source: Node, token: Token) -> Node:
        return tree.Path(source, self._spelled(token))

    def filter(self, source: Node, condition: Node) -> Node:
        return tree.Filter(source, condition)

    def named_argument(self, token: Token, value: Node) -> tuple[str, Node]:
        return self._spelled(token), value

    def call(self, function: Node, *arguments: Any) -> Node:
        if isinstance(function, Name) and function.name in BUILTINS:
            function = tree.BuiltIn(function.name)
        if arguments and isinstance(arguments[0], tuple):
            names, values = zip(*arguments, strict=True)
            return tree.Call(function, values, names)
        if function == tree.BuiltIn("not") and len(arguments) == 1:
            return tree.Not(arguments[0])
        return tree.Call(function, arguments)

    def arithmetic(self, left: Node, sign: Token, right: Node) -> Node:
        return tree.Arithmetic(str(sign), left, right)

    def negative(self, sign: Token, operand: Node) -> Node:
        if isinstance(operand, tree.Literal) and isinstance(operand.value, Decimal):
            return tree.Literal(operand.value.copy_negate())
        return tree.Negative(operand)

    def comparison(self, left: Node, sign: Token, right: Node) -> Node:
        return tree.Comparison(sign.value, left, right)

    def between(self, value: Node, low: Node, high: Node) -> Node:
        return tree.Between(value, low, high)

    def conjunction(self, left: Node, right: Node) -> Node:
        return tree.And(left, right)

    def disjunction(self, left: Node, right: Node) -> Node:
        return tree.Or(left, right)

    def conditional(self, condition: Node, consequence: Node, alternative: Node) -> Node:
        return tree.If(condition, consequence, alternative)

    def over_list(self, token: Token, source: Node) -> tuple[str, Node]:
        return self._spelled(token), source

    def over_range(self, token: Token, low: Node, high: Node) -> tuple[str, Node]:
        return self._spelled(token), tree.RangeOf(low, high, includes_low=True, includes_high=True)

    def iterators(self, *iterators: tuple[str, Node]) -> Sequence[tuple[str, Node]]:
        return iterators

    def for_loop(self, iterators: Sequence[tuple[str, Node]], body: Node) -> Node:
        *outer, (name, source) = iterators
        node: Node = tree.For(name, source, body)
        for name, source in reversed(outer):
            node = tree.For(name, source, node, is_nested=True)
        return node

    def some(self, iterators: Sequence[tuple[str, Node]], condition: Node) -> Node:
        return _quantified(iterators, condition, is_every=False)

    def every(self, iterators: Sequence[tuple[str, Node]], condition: Node) -> Node:
        return _quantified(iterators, condition, is_every=True)

    def parameters(self, *tokens: Token) -> tuple[str, ...]:
        return tuple(map(self._spelled, tokens))

    def function(self, parameters: tuple[str, ...], body: Node) -> Node:
        return tree.FunctionOf(parameters, body)

    def operator_test(self, sign: Token, operand: Node) -> Node:
        return tree.Comparison(sign.value, Name(INPUT), operand)

    def plain_test(self, operand: Node) -> Node:
        # An expression that speaks of `?` is the test; any other is what `?` has to match.
        if INPUT in tree.free_names(operand):
            return operand
        return tree.Matches(Name(INPUT), operand)

    def tests(self, *tests: Node) -> Node:
        return reduce(tree.Or, tests)

    def none_of(self, _sign: Token, tests: Node) -> Node:
        return tree.Not(tests)

    def anything(self, _sign: Token) -> Node:
        return tree.Literal(value=True)

    def is_in(self, value: Node, candidate: Node) -> Node:
        return tree.Matches(value, candidate)

    def in_tests(self, value: Node, *tests: Node) -> Node:
        return reduce(tree.Or, (_about(value, test) for test in tests))


def _quantified(iterators: Sequence[tuple[str, Node]], condition: Node, *, is_every: bool) -> Node:
    for name, source in reversed(iterators):
        condition = tree.Quantified(is_every, name, source, condition)
    return condition


def _about(value: Node, test: Node) -> Node:
    """Turn a test on `?` into the same test on `value`."""
    match test:
        case tree.Comparison(sign, Name("?"), operand):
            return tree.Comparison(sign, value, operand)
        case tree.Matches(Name("?"), candidate):
            return tree.Matches(value, candidate)
    return test
