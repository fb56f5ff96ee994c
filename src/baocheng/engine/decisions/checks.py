"""Everything that can be found wrong with a decision before a case meets it."""

from collections.abc import Iterator, Mapping
from itertools import islice

from django.utils.translation import gettext as _

from baocheng.engine.decisions.coverage import Box, Coverage, Overlap, TooManyBoxes
from baocheng.engine.decisions.definition import (
    BusinessKnowledge,
    Decision,
    DecisionTable,
    Expression,
    HitPolicy,
    Logic,
    OutputClause,
)
from baocheng.engine.decisions.feel import tree
from baocheng.engine.decisions.feel.functions import BUILTINS
from baocheng.engine.decisions.feel.tree import INPUT
from baocheng.engine.decisions.feel.values import equal
from baocheng.engine.decisions.kinds import kind_of, mismatches
from baocheng.engine.decisions.partition import OpaqueCell, constant
from baocheng.engine.decisions.phrases import samples_text, slots_text, value_text
from baocheng.engine.decisions.table import columns_of
from baocheng.engine.decisions.types import ANY, UNTYPED, Type, kind_label
from baocheng.engine.publishing.findings import Finding
from baocheng.engine.publishing.handbook import nearest

# More of one kind than this is one mistake seen many times.
_MOST = 10


def check_decision(decision: Decision) -> Iterator[Finding]:
    """Yield everything wrong with one decision: names, kinds, answers, gaps and overlaps."""
    for knowledge in decision.knowledge:
        yield from _check_knowledge(knowledge, decision.path)
    types = {each.name: each.type for each in decision.inputs}
    for required in decision.requires:
        types[required.name] = types[required.key] = _type_of(required)
    functions = {each.name for each in decision.knowledge}
    yield from _Expressions(decision.path, decision.place, types, functions).check(decision.logic)
    if isinstance(decision.logic, DecisionTable):
        yield from _check_coverage(decision, decision.logic)


def _check_knowledge(knowledge: BusinessKnowledge, path: str) -> Iterator[Finding]:
    types = {each.name: each.type for each in knowledge.parameters}
    functions = {each.name for each in knowledge.requires}
    place = _("业务知识模型 {name}").format(name=knowledge.name)
    yield from _Expressions(path, place, types, functions).check(knowledge.logic)
    for required in knowledge.requires:
        yield from _check_knowledge(required, path)


def _type_of(decision: Decision) -> Type:
    """Return the type of a decision's answer, from its table when it does not say itself."""
    logic = decision.logic
    if decision.type != UNTYPED or not isinstance(logic, DecisionTable):
        return decision.type
    is_list = not logic.hit_policy.is_single and not logic.aggregation
    if len(logic.outputs) == 1:
        kind = logic.outputs[0].type.kind if not logic.aggregation else "number"
        return Type(kind, is_list=is_list)
    return Type("context", entries={o.name: o.type for o in logic.outputs}, is_list=is_list)


class _Expressions:
    """Checks the names and kinds in the expressions of one decision or knowledge model."""

    def __init__(
        self, path: str, place: str, types: Mapping[str, Type], functions: set[str]
    ) -> None:
        self._path = path
        self._place = place
        self._types = types
        self._functions = functions

    def check(self, logic: Logic) -> Iterator[Finding]:
        """Yield the findings in every expression of `logic`."""
        if isinstance(logic, Expression):
            yield from self._expression(logic, self._place, self._types)
            return
        for place, expression, input_type in logic.expressions():
            types = self._types if input_type is None else {**self._types, INPUT: input_type}
            yield from self._expression(expression, f"{self._place} {place}", types)
        for rule in logic.rules:
            for output, answer in zip(logic.outputs, rule.outputs, strict=True):
                place = f"{self._place} 第 {rule.number} 行 {output.label}"
                yield from self._answer(output, answer, place)
        for output in logic.outputs:
            if output.default:
                place = f"{self._place} 输出列 {output.label} 默认值"
                yield from self._answer(output, output.default, place)

    def _found(self, expression: Expression, place: str, code: str, sentence: str) -> Finding:
        return Finding(self._path, place, f"decisions.{code}", sentence, expression.line)

    def _expression(
        self, expression: Expression, place: str, types: Mapping[str, Type]
    ) -> Iterator[Finding]:
        node = expression.node
        for name in self._unknown_names(node, types):
            near = nearest(name, [*types.keys() - {INPUT}, *self._functions, *BUILTINS])
            sentence = _("变量或函数 {name} 不存在{near}")
            if not near and node == tree.Matches(tree.Name(INPUT), tree.Name(name)):
                sentence = _('{name} 不是已知的变量；如果是文本，请加半角引号："{name}"。')
            sentence = sentence.format(name=name, near=near or _("。"))
            yield self._found(expression, place, "unknown_name", sentence)
        for name, entry in _unknown_entries(node, types):
            near = nearest(entry, types[name].entries.keys()) or _("。")
            sentence = _("{name} 没有名为 {entry} 的内容{near}")
            sentence = sentence.format(name=name, entry=entry, near=near)
            yield self._found(expression, place, "unknown_name", sentence)
        for name in _wrong_calls(node):
            sentence = _("函数 {name} 的参数个数不对。").format(name=name)
            yield self._found(expression, place, "wrong_call", sentence)
        for left, right in mismatches(node, types):
            sentence = _("{left}与{right}不能比较或运算。")
            sentence = sentence.format(left=kind_label(left), right=kind_label(right))
            yield self._found(expression, place, "type_mismatch", sentence)

    def _unknown_names(self, node: tree.Node, types: Mapping[str, Type]) -> list[str]:
        names = tree.free_names(node, in_filters=False)
        return [name for name in names if name not in types and name not in self._functions]

    def _answer(self, output: OutputClause, answer: Expression, place: str) -> Iterator[Finding]:
        kind = kind_of(answer.node, self._types)
        if ANY not in (kind, output.type.kind) and kind not in (output.type.kind, "list"):
            sentence = _("应为{expected}，却写成了{kind}。")
            sentence = sentence.format(expected=output.type.label, kind=kind_label(kind))
            yield self._found(answer, place, "type_mismatch", sentence)
        elif output.allowed and (value := _constant(answer.node)) is not None:
            for item in value if isinstance(value, list) else [value]:
                if not output.allowed.admits(item):
                    sentence = _("{value} 不在输出值 {allowed} 之中。")
                    sentence = sentence.format(value=value_text(item), allowed=output.allowed.text)
                    yield self._found(answer, place, "output_not_allowed", sentence)


def _constant(node: tree.Node) -> object:
    try:
        return constant(node)
    except OpaqueCell:
        return None


def _unknown_entries(node: tree.Node, types: Mapping[str, Type]) -> Iterator[tuple[str, str]]:
    match node:
        case tree.Path(tree.Name(name), entry) if name in types:
            if types[name].entries and entry not in types[name].entries:
                yield name, entry
    for child in tree.children(node):
        yield from _unknown_entries(child, types)


def _wrong_calls(node: tree.Node) -> Iterator[str]:
    match node:
        case tree.Call(tree.BuiltIn(name), arguments):
            if not BUILTINS[name].accepts(len(arguments)):
                yield name
    for child in tree.children(node):
        yield from _wrong_calls(child)


# Gaps and overlaps


def _check_coverage(decision: Decision, table: DecisionTable) -> Iterator[Finding]:
    coverage = Coverage(table, columns_of(table))
    dead = set(coverage.never_matching())
    for number in sorted(dead):
        sentence = _("这一行不可能适用：它的某一格不含任何可能的取值。")
        yield _at_rule(decision, table, number, "never_matches", sentence)
    try:
        if table.hit_policy.is_single and not table.has_default:
            for gap in coverage.gaps():
                yield _gap(decision, table, gap, coverage.whole())
        if table.hit_policy is HitPolicy.FIRST:
            for number in coverage.unreachable():
                sentence = _("这一行永远不会生效：它的情形已被前面各行全部覆盖。")
                yield _at_rule(decision, table, number, "unreachable_rule", sentence)
    except TooManyBoxes:
        # Too large to search: nothing is claimed, `Coverage.is_exact` tells who asks.
        pass
    if table.hit_policy in (HitPolicy.UNIQUE, HitPolicy.ANY):
        overlaps = (o for o in coverage.overlaps() if _is_wrong(table, o))
        for overlap in islice(overlaps, _MOST):
            yield _overlap(decision, table, overlap)


def _at_rule(
    decision: Decision, table: DecisionTable, number: int, code: str, sentence: str
) -> Finding:
    place = f"{decision.place} 第 {number} 行"
    line = table.rules[number - 1].line
    return Finding(decision.path, place, f"decisions.{code}", sentence, line)


def _labels(table: DecisionTable) -> list[str]:
    return [clause.label for clause in table.inputs]


def _case(table: DecisionTable, box: Box) -> str:
    return samples_text(_labels(table), [slots[0].sample for slots in box])


def _gap(decision: Decision, table: DecisionTable, gap: Box, whole: Box) -> Finding:
    described = [
        slots_text(label, chosen)
        for label, chosen, possible in zip(_labels(table), gap, whole, strict=True)
        if len(chosen) < len(possible)
    ]
    sentence = _("没有规则覆盖：{cases}。例如：{case}。").format(
        cases=_("，且 ").join(described) or _("任何情形"), case=_case(table, gap)
    )
    return Finding(decision.path, decision.place, "decisions.gap", sentence, decision.line)


def _is_wrong(table: DecisionTable, overlap: Overlap) -> bool:
    """Tell whether two rules may not overlap: under ANY they may when they answer the same."""
    if table.hit_policy is HitPolicy.UNIQUE:
        return True
    first, second = (
        [_constant(answer.node) for answer in table.rules[number - 1].outputs]
        for number in (overlap.first, overlap.second)
    )
    return any(equal(a, b) is False for a, b in zip(first, second, strict=True))


def _overlap(decision: Decision, table: DecisionTable, overlap: Overlap) -> Finding:
    if table.hit_policy is HitPolicy.UNIQUE:
        sentence = _("与第 {first} 行同时适用，而命中策略要求唯一。例如：{case}。")
    else:
        sentence = _("与第 {first} 行同时适用，但结论不同。例如：{case}。")
    sentence = sentence.format(first=overlap.first, case=_case(table, overlap.box))
    return _at_rule(decision, table, overlap.second, "overlap", sentence)
