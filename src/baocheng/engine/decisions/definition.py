"""What a DMN file says, as plain frozen values: decisions, tables, rules, cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TypeAlias

from baocheng.engine.decisions.feel.tree import Node
from baocheng.engine.decisions.types import Allowed, Type


class HitPolicy(Enum):
    """What a table answers when several rules match (命中策略)."""

    UNIQUE = "U"
    ANY = "A"
    PRIORITY = "P"
    FIRST = "F"
    COLLECT = "C"
    RULE_ORDER = "R"
    OUTPUT_ORDER = "O"

    @property
    def is_single(self) -> bool:
        """Tell whether the answer is that of one rule."""
        return self in (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST)


@dataclass(frozen=True)
class Expression:
    """A FEEL text with its tree, and the line of the file it stands on."""

    text: str
    node: Node
    line: int = 0


@dataclass(frozen=True)
class InputClause:
    """An input column of a table: what is looked at (输入)."""

    label: str
    expression: Expression
    type: Type
    allowed: Allowed | None


@dataclass(frozen=True)
class OutputClause:
    """An output column of a table: what is answered (输出)."""

    name: str
    label: str
    type: Type
    allowed: Allowed | None
    default: Expression | None


@dataclass(frozen=True)
class Rule:
    """A row of a table (规则行); `number` counts from 1 as people do."""

    number: int
    tests: tuple[Expression, ...]
    outputs: tuple[Expression, ...]
    remark: str = ""
    line: int = 0


@dataclass(frozen=True)
class DecisionTable:
    """A decision table (决策表)."""

    hit_policy: HitPolicy
    aggregation: str | None
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]

    @property
    def has_default(self) -> bool:
        """Tell whether the table answers when no rule matches."""
        return any(output.default for output in self.outputs)

    def expressions(self) -> Iterator[tuple[str, Expression, Type | None]]:
        """Yield every expression with where people find it, and for cells the type of `?`."""
        for number, clause in enumerate(self.inputs, 1):
            yield f"输入列 {number} {clause.label}", clause.expression, None
        for rule in self.rules:
            for clause, test in zip(self.inputs, rule.tests, strict=True):
                yield f"第 {rule.number} 行 {clause.label}", test, clause.type
            for output, answer in zip(self.outputs, rule.outputs, strict=True):
                yield f"第 {rule.number} 行 {output.label}", answer, None
        for output in self.outputs:
            if output.default:
                yield f"输出列 {output.label} 默认值", output.default, None


Logic: TypeAlias = DecisionTable | Expression


@dataclass(frozen=True)
class InputData:
    """A value that a decision is given (输入数据)."""

    name: str
    label: str
    type: Type


@dataclass(frozen=True)
class BusinessKnowledge:
    """A function shared by decisions (业务知识模型)."""

    name: str
    parameters: tuple[InputData, ...]
    logic: Logic
    requires: tuple["BusinessKnowledge", ...] = ()


@dataclass(frozen=True, eq=False)
class Decision:
    """A decision of a DMN file with everything it needs, ready to be compiled.

    `key` is its id; other decisions see its answer under `name` and under `key`. `inputs` are
    those it asks for itself, `requires` the decisions that are answered first.
    """

    key: str
    name: str
    label: str
    type: Type
    logic: Logic = field(repr=False)
    inputs: tuple[InputData, ...]
    requires: tuple["Decision", ...]
    knowledge: tuple[BusinessKnowledge, ...]
    path: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """How messages name it."""
        kind = "决策表" if isinstance(self.logic, DecisionTable) else "决策"
        return f"{kind} {self.key}"

    def all_inputs(self) -> Mapping[str, InputData]:
        """Return the inputs of this decision and of all that it requires, by name."""
        return self._all_inputs

    @cached_property
    def _all_inputs(self) -> dict[str, InputData]:
        required = [given for each in self.requires for given in each.all_inputs().values()]
        return {given.name: given for given in (*required, *self.inputs)}


def final_decision(decisions: Sequence[Decision]) -> Decision | None:
    """Return the one decision that no other requires; None when there are several."""
    required = {each.key for decision in decisions for each in decision.requires}
    final = [decision for decision in decisions if decision.key not in required]
    return final[0] if len(final) == 1 else None
