"""A decision table compiled for one case: look up each column, keep the rules left over."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from baocheng.engine.decisions.definition import DecisionTable, HitPolicy, OutputClause
from baocheng.engine.decisions.feel import tree, values
from baocheng.engine.decisions.feel.closures import Closure, Scope, closure
from baocheng.engine.decisions.feel.functions import BUILTINS
from baocheng.engine.decisions.partition import Column, OpaqueCell, constant, partition
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _


class NoRuleMatched(Problem):
    """A table without a rule, or default, for this case."""

    code = "decisions.no_rule"
    message = _("{place}：没有适用于本案的规则{empty}，请核对输入或补充规则。")


class SeveralRulesMatched(Problem):
    """A table of hit policy UNIQUE with more than one rule for this case."""

    code = "decisions.not_unique"
    message = _("{place}：第 {rows} 行规则同时适用，而命中策略要求唯一。")


class RulesContradict(Problem):
    """A table of hit policy ANY whose matching rules answer differently."""

    code = "decisions.contradiction"
    message = _("{place}：第 {rows} 行规则同时适用，但结论不同。")


class Answer(NamedTuple):
    """What a table answers, and the numbers of the rules it answered from."""

    value: Any
    rows: tuple[int, ...]


class CompiledTable:
    """A table ready to answer; `columns` are its input columns cut into slots."""

    def __init__(self, table: DecisionTable, place: str = "") -> None:
        self.place = place
        self.columns = columns_of(table)
        self._asks = tuple(
            (closure(clause.expression.node), column.asker())
            for clause, column in zip(table.inputs, self.columns, strict=True)
        )
        self._every_rule = (1 << len(table.rules)) - 1
        self._choose = _chooser(table, place)
        self._unmatched = _unmatched(table, place)

    def __call__(self, scope: Scope) -> Answer:
        """Answer the case that `scope` describes.

        Raises:
            NoRuleMatched, SeveralRulesMatched, RulesContradict: the hit policy is not met.
        """
        rules = self.matching(scope)
        return self._choose(rules, scope) if rules else self._unmatched(scope)

    def matching(self, scope: Scope) -> int:
        """Return the rules whose every cell admits its input, as a bit set."""
        rules = self._every_rule
        for read, ask in self._asks:
            rules &= ask(read(scope), scope)
            if not rules:
                break
        return rules


def columns_of(table: DecisionTable) -> tuple[Column, ...]:
    """Cut the input columns of a table into slots."""
    return tuple(
        partition([rule.tests[at].node for rule in table.rules], clause.type, clause.allowed)
        for at, clause in enumerate(table.inputs)
    )


Choose = Callable[[int, Scope], Answer]


def _chooser(table: DecisionTable, place: str) -> Choose:
    """Return the function from the matching rules to the answer, by hit policy."""
    answers = tuple(
        _answering(table.outputs, [output.node for output in rule.outputs]) for rule in table.rules
    )
    match table.hit_policy:
        case HitPolicy.FIRST:
            return _first(answers)
        case HitPolicy.UNIQUE:
            return _unique(answers, place)
        case HitPolicy.ANY:
            return _any(answers, place)
        case HitPolicy.PRIORITY:
            return _by_priority(answers, _priorities(table), is_single=True)
        case HitPolicy.OUTPUT_ORDER:
            return _by_priority(answers, _priorities(table), is_single=False)
    return _collect(answers, table.aggregation)


def _answering(outputs: Sequence[OutputClause], nodes: Sequence[tree.Node]) -> Closure:
    """Return the answer of one row: the value, or a context when there are several outputs."""
    if len(nodes) == 1:
        return closure(nodes[0])
    cells = tuple((o.name, closure(node)) for o, node in zip(outputs, nodes, strict=True))
    return lambda scope: {name: cell(scope) for name, cell in cells}


def _indexes(rules: int) -> list[int]:
    found = []
    while rules:
        lowest = rules & -rules
        found.append(lowest.bit_length() - 1)
        rules ^= lowest
    return found


def _numbers(indexes: Sequence[int]) -> tuple[int, ...]:
    return tuple(index + 1 for index in indexes)


def _shown(rules: int) -> str:
    return "、".join(map(str, _numbers(_indexes(rules))))


def _first(answers: Sequence[Closure]) -> Choose:
    def choose(rules: int, scope: Scope) -> Answer:
        number = (rules & -rules).bit_length()
        return Answer(answers[number - 1](scope), (number,))

    return choose


def _unique(answers: Sequence[Closure], place: str) -> Choose:
    def choose(rules: int, scope: Scope) -> Answer:
        if rules & (rules - 1):
            raise SeveralRulesMatched(place=place, rows=_shown(rules))
        number = rules.bit_length()
        return Answer(answers[number - 1](scope), (number,))

    return choose


def _any(answers: Sequence[Closure], place: str) -> Choose:
    def choose(rules: int, scope: Scope) -> Answer:
        indexes = _indexes(rules)
        first, *others = (answers[index](scope) for index in indexes)
        if not all(values.equal(first, other) for other in others):
            raise RulesContradict(place=place, rows=_shown(rules))
        return Answer(first, _numbers(indexes))

    return choose


def _by_priority(
    answers: Sequence[Closure], priority: Callable[[Any], tuple[int, ...]], *, is_single: bool
) -> Choose:
    def choose(rules: int, scope: Scope) -> Answer:
        found = [(answers[index](scope), index) for index in _indexes(rules)]
        found.sort(key=lambda each: priority(each[0]))
        if is_single:
            return Answer(found[0][0], _numbers([found[0][1]]))
        return Answer([value for value, _index in found], _numbers([i for _value, i in found]))

    return choose


def _priorities(table: DecisionTable) -> Callable[[Any], tuple[int, ...]]:
    """Return how far down the lists of output values an answer stands, column by column."""
    lists = [(o.name, listed_values(o)) for o in table.outputs]

    def priority(answer: Any) -> tuple[int, ...]:
        cells = answer if len(lists) > 1 else {lists[0][0]: answer}
        return tuple(_rank(cells[name], listed) for name, listed in lists)

    return priority


def _rank(value: Any, listed: Sequence[Any]) -> int:
    return next((at for at, each in enumerate(listed) if values.equal(value, each)), len(listed))


def listed_values(output: OutputClause) -> list[Any]:
    """Return the output values in the order the table lists them; empty when it does not."""
    nodes = [output.allowed.node] if output.allowed else []
    listed: list[Any] = []
    while nodes:
        match nodes.pop():
            case tree.Or(left, right):
                nodes += [right, left]
            case tree.Matches(tree.Name("?"), candidate):
                listed += _constants(candidate)
    return listed


def _constants(node: tree.Node) -> list[Any]:
    try:
        value = constant(node)
    except OpaqueCell:
        return []
    return value if isinstance(value, list) else [value]


def _collect(answers: Sequence[Closure], aggregation: str | None) -> Choose:
    aggregate = BUILTINS[aggregation.lower()] if aggregation else None

    def choose(rules: int, scope: Scope) -> Answer:
        indexes = _indexes(rules)
        found = [answers[index](scope) for index in indexes]
        return Answer(aggregate(found) if aggregate else found, _numbers(indexes))

    return choose


def _unmatched(table: DecisionTable, place: str) -> Callable[[Scope], Answer]:
    """Return what to answer when no rule matches: the default, or what the hit policy says."""
    is_list = not table.hit_policy.is_single and not table.aggregation
    if table.has_default:
        null = tree.Literal(None)
        nodes = [output.default.node if output.default else null for output in table.outputs]
        default = _answering(table.outputs, nodes)
        return lambda scope: Answer([default(scope)] if is_list else default(scope), ())
    if not table.hit_policy.is_single:
        aggregate = BUILTINS[table.aggregation.lower()] if table.aggregation else None
        return lambda _scope: Answer(aggregate([]) if aggregate else [], ())

    reads = [(clause.label, closure(clause.expression.node)) for clause in table.inputs]

    def refuse(scope: Scope) -> Answer:
        # A value that is missing is the likeliest reason: the person can go and fill it in.
        missing = [label for label, read in reads if read(scope) is None]
        empty = _("（{labels}为空）").format(labels="、".join(missing)) if missing else ""
        raise NoRuleMatched(place=place, empty=empty)

    return refuse
