"""Read a decision table."""

from collections.abc import Mapping

from baocheng.engine.decisions.definition import (
    DecisionTable,
    Expression,
    HitPolicy,
    InputClause,
    InputData,
    OutputClause,
    Rule,
)
from baocheng.engine.decisions.dmn.item_types import TypeReader
from baocheng.engine.decisions.dmn.source import (
    Element,
    Source,
    child,
    children,
    line_of,
    text_in,
)
from baocheng.engine.decisions.feel import tree
from baocheng.engine.decisions.types import UNTYPED
from baocheng.kernel.text import _

_HIT_POLICIES = {policy.name.replace("_", " "): policy for policy in HitPolicy}
_AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")
_NULL = tree.Literal(None)


class TableReader:
    """Reads the tables of one file."""

    def __init__(self, source: Source, types: TypeReader) -> None:
        self._source = source
        self._types = types

    def table(self, element: Element, place: str, inputs: Mapping[str, InputData]) -> DecisionTable:
        """Return the table that `element` draws, for a decision given `inputs`."""
        named = [*children(element, "output")]
        outputs = tuple(self._output(each, place, is_only=len(named) == 1) for each in named)
        clauses = tuple(
            self._input(each, place, number, inputs)
            for number, each in enumerate(children(element, "input"), 1)
        )
        rules = tuple(
            self._rule(each, place, number, clauses, outputs)
            for number, each in enumerate(children(element, "rule"), 1)
        )
        if not outputs or not rules:
            sentence = _("决策表至少要有一个输出列和一行规则。")
            self._source.note(element, place, "empty_table", sentence)
        policy, aggregation = self._hit_policy(element, place, outputs)
        return DecisionTable(policy, aggregation, clauses, outputs, rules)

    def _hit_policy(
        self, element: Element, place: str, outputs: tuple[OutputClause, ...]
    ) -> tuple[HitPolicy, str | None]:
        name = element.get("hitPolicy", "UNIQUE")
        policy = _HIT_POLICIES.get(name, HitPolicy.UNIQUE)
        aggregation = element.get("aggregation")
        if name not in _HIT_POLICIES or aggregation not in (None, *_AGGREGATIONS):
            sentence = _("命中策略 {name} 不受支持。").format(name=aggregation or name)
            self._source.note(element, place, "unsupported_hit_policy", sentence)
        elif aggregation and (policy is not HitPolicy.COLLECT or len(outputs) != 1):
            sentence = _("汇总 {name} 只能用于单个输出列的 COLLECT 决策表。")
            sentence = sentence.format(name=aggregation)
            self._source.note(element, place, "unsupported_hit_policy", sentence)
        elif policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER) and not any(
            output.allowed for output in outputs
        ):
            sentence = _("命中策略 {name} 要求输出列列出输出值，按优先顺序排列。")
            self._source.note(element, place, "no_priorities", sentence.format(name=name))
        return policy, aggregation

    def _input(
        self, element: Element, place: str, number: int, inputs: Mapping[str, InputData]
    ) -> InputClause:
        inner = child(element, "inputExpression")
        text = text_in(inner)
        where = f"{place} 输入列 {number} {element.get('label') or text}".rstrip()
        if inner is None or not text:
            self._source.note(element, where, "no_input_expression", _("输入列没有输入表达式。"))
            return InputClause(where, Expression("", _NULL), UNTYPED, None)
        expression = self._source.expression(inner, text, where)
        given = inputs.get(text) if isinstance(expression.node, tree.Name) else None
        type_ref = inner.get("typeRef")
        found = self._types.named(type_ref, inner, where) if type_ref else None
        if given is not None and (found is None or found.kind == given.type.kind):
            # The column may repeat the simple kind of a type that says more.
            found = given.type if found is None or not found.allowed else found
        found = found or UNTYPED
        label = element.get("label") or (given.label if given else text)
        return InputClause(
            label,
            expression,
            found,
            self._types.allowed(element, "inputValues", where)
            or (None if found.is_list else found.allowed),
        )

    def _output(self, element: Element, place: str, *, is_only: bool) -> OutputClause:
        name = element.get("name", "")
        label = element.get("label") or name
        where = f"{place} 输出列 {label}".rstrip()
        if not name and not is_only:
            self._source.note(element, where, "no_output_name", _("有多个输出列时每列都要有名称。"))
        found = self._types.named(element.get("typeRef"), element, where)
        default = child(element, "defaultOutputEntry")
        return OutputClause(
            name,
            label,
            found,
            self._types.allowed(element, "outputValues", where) or found.allowed,
            None if default is None else self._entry(default, where),
        )

    def _rule(
        self,
        element: Element,
        place: str,
        number: int,
        inputs: tuple[InputClause, ...],
        outputs: tuple[OutputClause, ...],
    ) -> Rule:
        where = f"{place} 第 {number} 行"
        cells = [*children(element, "inputEntry")]
        answers = [*children(element, "outputEntry")]
        if len(cells) != len(inputs) or len(answers) != len(outputs):
            sentence = _("应有 {inputs} 个输入格和 {outputs} 个输出格。")
            sentence = sentence.format(inputs=len(inputs), outputs=len(outputs))
            self._source.note(element, where, "cell_count", sentence)
        tests = tuple(
            self._source.cell(cell, text_in(cell), f"{where} {clause.label}")
            for cell, clause in zip(cells, inputs, strict=False)
        )
        remarks = [text_in(each) for each in children(element, "annotationEntry")]
        return Rule(
            number,
            tests,
            tuple(
                self._entry(answer, f"{where} {output.label}")
                for answer, output in zip(answers, outputs, strict=False)
            ),
            "；".join(filter(None, [*remarks, text_in(element, "description")])),
            line_of(element),
        )

    def _entry(self, element: Element, place: str) -> Expression:
        """Read an output cell; an empty one answers null."""
        text = text_in(element)
        if not text:
            return Expression("", _NULL, line_of(element))
        return self._source.expression(element, text, place)
