"""FEEL, the expression language of DMN: text → tree → closures.

`compile_expression` serves whoever needs a condition or a value over facts: processes for their
gateways and timers, clocks for their limits, tables for their outputs.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from baocheng.engine.decisions.feel import tree
from baocheng.engine.decisions.feel.closures import Closure, closure
from baocheng.engine.decisions.feel.parser import (
    UnreadableExpression,
    parse_cell,
    parse_expression,
)
from baocheng.engine.decisions.feel.values import to_feel

__all__ = ["Compiled", "UnreadableExpression", "compile_expression", "parse_cell"]


@dataclass(frozen=True)
class Compiled:
    """An expression ready to answer.

    `names` are the names it takes from the context, functions of its own apart; nothing else of
    the context is touched, so the context may compute its entries when asked.
    """

    text: str
    node: tree.Node
    names: frozenset[str]
    _answer: Closure

    def __call__(self, context: Mapping[str, Any]) -> Any:
        """Return the FEEL value in `context`, whose Python values are converted; null is None."""
        return self._answer({n: to_feel(context[n]) for n in self.names if n in context})

    def is_true(self, context: Mapping[str, Any]) -> bool:
        """Tell whether the answer is true: null, and what is no boolean, is not."""
        return self(context) is True


@lru_cache(maxsize=4096)
def _compiled(text: str, known: frozenset[str]) -> Compiled:
    node = parse_expression(text, known)
    return Compiled(text, node, frozenset(tree.free_names(node)), closure(node))


def compile_expression(text: str, known: Collection[str] = ()) -> Compiled:
    """Compile a FEEL expression; `known` lists names with spaces that it may use.

    Raises:
        UnreadableExpression: the text is not FEEL; its `at` is the place.
    """
    return _compiled(text, frozenset(known))
