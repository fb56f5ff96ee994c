"""Read a DMN file, of any version from 1.1 to 1.5, into decisions.

Elements are known by their local name, because only namespaces changed between the versions.
Whatever an element means and this engine does not do is refused by name, never ignored.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from baocheng.engine.decisions.definition import (
    BusinessKnowledge,
    Decision,
    DecisionTable,
    InputData,
    Logic,
)
from baocheng.engine.decisions.dmn.boxed import LogicReader
from baocheng.engine.decisions.dmn.item_types import TypeReader
from baocheng.engine.decisions.dmn.source import Element, Source, child, children, line_of, tag
from baocheng.engine.decisions.feel import tree
from baocheng.engine.decisions.types import UNTYPED
from baocheng.engine.publishing.findings import Unreadable
from baocheng.engine.publishing.handbook import nearest
from baocheng.kernel.text import _

_KINDS = ("inputData", "businessKnowledgeModel", "decision")
_T = TypeVar("_T", InputData, Decision, BusinessKnowledge)


def read_decisions(text: str, path: str = "") -> list[Decision]:
    """Return the decisions of a DMN file, in its order.

    Raises:
        Unreadable: with everything in the file that is broken or not supported.
    """
    source = Source(path)
    root = source.parse(text)
    decisions = [] if root is None else _Graph(source, root).decisions()
    if source.findings:
        raise Unreadable(source.findings)
    return decisions


class _Graph:
    """The decisions of a file with what they require, each element read once."""

    def __init__(self, source: Source, root: Element) -> None:
        self._source = source
        self._root = root
        definitions = {each.get("name", ""): each for each in children(root, "itemDefinition")}
        self._types = TypeReader(source, definitions)
        self._logic = LogicReader(source, self._types)
        self._elements = {each.get("id", ""): each for each in children(root, *_KINDS)}
        self._read: dict[str, Any] = {}
        self._readers: dict[str, Callable[[Element], Any]] = {
            "inputData": self._input_data,
            "businessKnowledgeModel": self._knowledge,
            "decision": self._decision,
        }

    def decisions(self) -> list[Decision]:
        """Return every decision that could be read."""
        for each in children(self._root):
            if tag(each) not in _KINDS and tag(each) != "itemDefinition":
                self._source.refuse(each, _("文件"))
        elements = [*children(self._root, "decision")]
        if not elements:
            self._source.note(self._root, _("文件"), "no_decision", _("文件里没有决策。"))
        found = [self._element(each.get("id", "")) for each in elements]
        return [each for each in found if isinstance(each, Decision)]

    def _element(self, key: str) -> Any:
        if key not in self._read:
            element = self._elements[key]
            # Itself while it is being read: whoever meets an element instead of its meaning has
            # come round a circle.
            self._read[key] = element
            self._read[key] = self._readers[tag(element)](element)
        return self._read[key]

    def _required(self, element: Element, kind: str, cls: type[_T], place: str) -> tuple[_T, ...]:
        found: list[_T] = []
        for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
            for each in children(requirement, kind):
                key = each.get("href", "").removeprefix("#")
                meaning = self._element(key) if key in self._elements else None
                if isinstance(meaning, cls):
                    found.append(meaning)
                elif isinstance(meaning, Element):
                    sentence = _("{key} 又依赖 {place}，形成循环。").format(key=key, place=place)
                    self._source.note(each, place, "cycle", sentence)
                elif key not in self._elements:
                    sentence = _("所依赖的 {key} 不在本文件中{near}")
                    near = nearest(key, self._elements) or "。"
                    sentence = sentence.format(key=key, near=near)
                    self._source.note(each, place, "unknown_requirement", sentence)
        return tuple(found)

    def _input_data(self, element: Element) -> InputData:
        variable = child(element, "variable")
        name = element.get("name", "")
        if variable is None:
            return InputData(name, element.get("label") or name, UNTYPED)
        place = f"输入数据 {name}"
        found = self._types.named(variable.get("typeRef"), variable, place)
        return InputData(variable.get("name") or name, element.get("label") or name, found)

    def _knowledge(self, element: Element) -> BusinessKnowledge | None:
        name = element.get("name", "")
        place = f"业务知识模型 {name}"
        requires = self._required(element, "requiredKnowledge", BusinessKnowledge, place)
        function = child(element, "encapsulatedLogic")
        if function is None:
            self._source.note(element, place, "no_logic", _("没有决策表或表达式。"))
            return None
        parameters = tuple(
            InputData(
                each.get("name", ""),
                each.get("name", ""),
                self._types.named(each.get("typeRef"), each, place),
            )
            for each in children(function, "formalParameter")
        )
        inputs = {each.name: each for each in parameters}
        logic = self._logic.logic_of(function, place, inputs)
        variable = child(element, "variable")
        if variable is not None:
            name = variable.get("name") or name
        return None if logic is None else BusinessKnowledge(name, parameters, logic, requires)

    def _decision(self, element: Element) -> Decision | None:
        key = element.get("id", "")
        place = f"决策 {key}"
        name = element.get("name", key)
        requires = self._required(element, "requiredDecision", Decision, place)
        knowledge = self._required(element, "requiredKnowledge", BusinessKnowledge, place)
        inputs = self._required(element, "requiredInput", InputData, place)
        logic = self._logic.logic_of(element, place, {each.name: each for each in inputs})
        if logic is None:
            return None
        if not inputs:
            known = {alias for each in requires for alias in (each.name, each.key)}
            inputs = tuple(_implied_inputs(logic, known | {each.name for each in knowledge}))
        variable = child(element, "variable")
        type_ref = None if variable is None else variable.get("typeRef")
        result = name if variable is None else variable.get("name") or name
        return Decision(
            key=key,
            name=result,
            label=element.get("label") or name,
            type=self._types.named(type_ref, element, place),
            logic=_with_named_output(logic, result),
            inputs=tuple(_completed(each, logic) for each in inputs),
            requires=requires,
            knowledge=knowledge,
            path=self._source.path,
            line=line_of(element),
        )


def _implied_inputs(logic: Logic, known: Collection[str]) -> Iterator[InputData]:
    """Yield the inputs of a decision drawn without input data, as Camunda users do.

    Then the input expressions of its table, or its one expression, say what it is given.
    """
    seen = set(known)
    clauses = logic.inputs if isinstance(logic, DecisionTable) else ()
    expressions = [c.expression for c in clauses] if isinstance(logic, DecisionTable) else [logic]
    for clause in clauses:
        if isinstance(clause.expression.node, tree.Name) and clause.expression.text not in seen:
            seen.add(clause.expression.text)
            yield InputData(clause.expression.text, clause.label, clause.type)
    for expression in expressions:
        for name in tree.free_names(expression.node, in_filters=False):
            if name not in seen:
                seen.add(name)
                yield InputData(name, name, UNTYPED)


def _completed(given: InputData, logic: Logic) -> InputData:
    """Add to an input what the table column that shows it says: label, kind, allowed values."""
    if not isinstance(logic, DecisionTable):
        return given
    for clause in logic.inputs:
        if clause.expression.text == given.name:
            label = clause.label if given.label == given.name else given.label
            found = clause.type if given.type == UNTYPED else given.type
            if not found.is_list and found.allowed is None:
                found = replace(found, allowed=clause.allowed)
            return replace(given, label=label, type=found)
    return given


def _with_named_output(logic: Logic, name: str) -> Logic:
    """Give the only output of a table the decision's name when it has none."""
    if not isinstance(logic, DecisionTable) or len(logic.outputs) != 1 or logic.outputs[0].name:
        return logic
    only = replace(logic.outputs[0], name=name, label=logic.outputs[0].label or name)
    return replace(logic, outputs=(only,))
