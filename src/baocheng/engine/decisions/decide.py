"""Decide one case: read the inputs, answer the decisions required first, then this one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from baocheng.engine.decisions.definition import BusinessKnowledge, Decision, DecisionTable, Logic
from baocheng.engine.decisions.feel.closures import Scope, closure
from baocheng.engine.decisions.feel.values import Function
from baocheng.engine.decisions.table import (
    Answer,
    CompiledTable,
    NoRuleMatched,
    RulesContradict,
    SeveralRulesMatched,
)
from baocheng.engine.publishing.handbook import nearest
from baocheng.kernel.problems import Problem, Problems
from baocheng.kernel.text import _


class UnknownInput(Problem):
    """An input that the decision does not ask for."""

    code = "decisions.unknown_input"
    message = _("决策 {decision} 没有名为 {name} 的输入{near}")


@dataclass(frozen=True)
class Decided:
    """A decision made: its answer, the rules it came from and the inputs it looked at.

    `value` is the answer as DMN defines it: one value, a context, or a list. `requires` are the
    decisions made on the way, in order. A lenient decision keeps the `problem` of a table that
    did not answer, and its value is null.
    """

    decision: Decision
    value: Any
    matched_rows: tuple[int, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    requires: tuple["Decided", ...] = ()
    problem: Problem | None = None

    @property
    def outputs(self) -> dict[str, Any]:
        """The answer by output name; an answer without one goes by the decision's name."""
        if isinstance(self.value, dict):
            return self.value
        logic = self.decision.logic
        if isinstance(logic, DecisionTable) and len(logic.outputs) == 1:
            return {logic.outputs[0].name: self.value}
        return {self.decision.name: self.value}


def decide(decision: Decision, inputs: Mapping[str, Any], *, is_lenient: bool = False) -> Decided:
    """Make a decision; an input that is not given is null.

    When lenient, a table that does not answer answers null, as the DMN standard has it; a
    handbook asks for better, so otherwise it is refused.

    Raises:
        UnknownInput, WrongType, ValueNotAllowed: or several of them as `Problems`.
        NoRuleMatched, SeveralRulesMatched, RulesContradict: a table does not answer.
    """
    decided = _decide(decision, read_inputs(decision, inputs), {})
    if not is_lenient:
        for each in (*decided.requires, decided):
            if each.problem:
                raise each.problem
    return decided


def decide_on_facts(decision: Decision, facts: Mapping[str, Any]) -> Decided:
    """Make a decision on a case, taking from its facts what the decision asks for and no more.

    Raises:
        Problem: as `decide`.
    """
    return decide(decision, {n: facts[n] for n in decision.all_inputs() if n in facts})


def read_inputs(decision: Decision, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Turn plain inputs into FEEL values by the types the decision declares."""
    asked = decision.all_inputs()
    read: dict[str, Any] = dict.fromkeys(asked)
    problems: list[Problem] = []
    for name, value in inputs.items():
        if name not in asked:
            near = nearest(name, asked.keys()) or gettext("。")
            problems.append(UnknownInput(name, decision=decision.key, name=name, near=near))
            continue
        try:
            read[name] = asked[name].type.read(value, name=name, label=asked[name].label)
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise problems[0] if len(problems) == 1 else Problems(problems)
    return read


def _decide(decision: Decision, scope: dict[str, Any], made: dict[str, Decided]) -> Decided:
    for required in decision.requires:
        if required.key not in made:
            _decide(required, scope, made)
    answer, problem = _answer(decision, scope)
    scope[decision.name] = scope[decision.key] = answer.value
    decided = Decided(
        decision,
        answer.value,
        answer.rows,
        {name: scope[name] for name in _looked_at(decision)},
        tuple(made.values()),
        problem,
    )
    made[decision.key] = decided
    return decided


def _answer(decision: Decision, scope: Scope) -> tuple[Answer, Problem | None]:
    try:
        return compiled(decision)(scope), None
    except (NoRuleMatched, SeveralRulesMatched, RulesContradict) as problem:
        return Answer(None, ()), problem


def _looked_at(decision: Decision) -> list[str]:
    return [each.name for each in decision.inputs] + [each.name for each in decision.requires]


@lru_cache(maxsize=4096)
def compiled(decision: Decision) -> Callable[[Scope], Answer]:
    """Return the function from a scope to the answer of `decision` alone."""
    answer = _logic(decision.logic, decision.place)
    functions = {each.name: _function(each) for each in decision.knowledge}
    return (lambda scope: answer({**scope, **functions})) if functions else answer


def _logic(logic: Logic, place: str) -> Callable[[Scope], Answer]:
    if isinstance(logic, DecisionTable):
        return CompiledTable(logic, place)
    expression = closure(logic.node)
    return lambda scope: Answer(expression(scope), ())


def _function(knowledge: BusinessKnowledge) -> Function:
    answer = _logic(knowledge.logic, knowledge.name)
    parameters = tuple(each.name for each in knowledge.parameters)
    inner = {each.name: _function(each) for each in knowledge.requires}

    def call(*arguments: Any) -> Any:
        return answer({**inner, **dict(zip(parameters, arguments, strict=True))}).value

    return Function(parameters, call)
