"""Read the logic of a decision: a table, or boxed expressions.

A boxed expression is FEEL drawn as boxes, so it becomes the same tree as its text would.
"""

from collections.abc import Callable, Mapping

from baocheng.engine.decisions.definition import Expression, InputData, Logic
from baocheng.engine.decisions.dmn.item_types import TypeReader
from baocheng.engine.decisions.dmn.source import (
    Element,
    Source,
    child,
    children,
    line_of,
    tag,
    text_in,
)
from baocheng.engine.decisions.dmn.tables import TableReader
from baocheng.engine.decisions.feel import tree
from baocheng.kernel.text import _

_NULL = tree.Literal(None)
# The last entry of a boxed context has no name and is its result; no FEEL name reads so.
_RESULT = "="
# Those of DMN 1.4 at the end are known, to be refused by their name.
_LOGIC = frozenset(
    {
        "decisionTable",
        "literalExpression",
        "invocation",
        "context",
        "list",
        "relation",
        "functionDefinition",
        "conditional",
        "filter",
        "for",
        "every",
        "some",
    }
)


class LogicReader:
    """Reads the logic of a decision, business knowledge model or box."""

    def __init__(self, source: Source, types: TypeReader) -> None:
        self._source = source
        self._tables = TableReader(source, types)
        self._boxes: dict[str, Callable[[Element, str], tree.Node]] = {
            "literalExpression": self._literal,
            "invocation": self._invocation,
            "context": self._context,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self._function,
        }

    def logic_of(
        self, element: Element, place: str, inputs: Mapping[str, InputData]
    ) -> Logic | None:
        """Return the table or expression inside `element`, or None after noting its absence."""
        boxes = [each for each in children(element) if tag(each) in _LOGIC]
        if not boxes:
            sentence = _("没有决策表或表达式。")
            self._source.note(element, place, "no_logic", sentence)
            return None
        if tag(boxes[0]) == "decisionTable":
            return self._tables.table(boxes[0], place.replace("决策 ", "决策表 "), inputs)
        node = self._box(boxes[0], place)
        text = text_in(boxes[0]) if tag(boxes[0]) == "literalExpression" else ""
        return Expression(text, node, line_of(boxes[0]))

    def _box(self, element: Element, place: str) -> tree.Node:
        read = self._boxes.get(tag(element))
        if read is None:
            self._source.refuse(element, place)
            return _NULL
        return read(element, place)

    def _box_in(self, element: Element, place: str) -> tree.Node:
        """Return the one boxed expression among the children of `element`."""
        for each in children(element):
            if tag(each) in _LOGIC:
                return self._box(each, place)
        self._source.note(element, place, "no_logic", _("没有决策表或表达式。"))
        return _NULL

    def _literal(self, element: Element, place: str) -> tree.Node:
        language = element.get("expressionLanguage", "feel")
        if "feel" not in language.lower():
            sentence = _("表达式语言 {language} 不受支持，请使用 FEEL。").format(language=language)
            self._source.note(element, place, "unsupported_language", sentence)
            return _NULL
        return self._source.expression(element, text_in(element), place).node

    def _invocation(self, element: Element, place: str) -> tree.Node:
        bindings = [*children(element, "binding")]
        names = tuple(_name(child(each, "parameter")) for each in bindings)
        arguments = tuple(self._box_in(each, place) for each in bindings)
        return tree.Call(self._box_in(element, place), arguments, names)

    def _context(self, element: Element, place: str) -> tree.Node:
        entries = tuple(
            (_name(child(each, "variable")) or _RESULT, self._box_in(each, place))
            for each in children(element, "contextEntry")
        )
        context = tree.ContextOf(entries)
        return tree.Path(context, _RESULT) if _RESULT in dict(entries) else context

    def _list(self, element: Element, place: str) -> tree.Node:
        return tree.ListOf(tuple(self._box(each, place) for each in children(element)))

    def _relation(self, element: Element, place: str) -> tree.Node:
        columns = [_name(column) for column in children(element, "column")]
        rows = (
            [self._box(each, place) for each in children(row)] for row in children(element, "row")
        )
        return tree.ListOf(
            tuple(tree.ContextOf(tuple(zip(columns, row, strict=False))) for row in rows)
        )

    def _function(self, element: Element, place: str) -> tree.Node:
        if element.get("kind", "FEEL") != "FEEL":
            self._source.refuse(element, place)
            return _NULL
        parameters = tuple(_name(each) for each in children(element, "formalParameter"))
        return tree.FunctionOf(parameters, self._box_in(element, place))


def _name(element: Element | None) -> str:
    return "" if element is None else element.get("name", "")
