"""Decide from a file, outside any handbook version: the command line and compliance suites."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from baocheng.engine.decisions.decide import decide
from baocheng.engine.decisions.definition import Decision, final_decision
from baocheng.engine.decisions.dmn import read_decisions
from baocheng.engine.decisions.explanation import explain
from baocheng.engine.decisions.json_values import from_json, is_typed, to_json
from baocheng.engine.publishing.handbook import nearest
from baocheng.kernel.problems import NotFound, Problem
from baocheng.kernel.text import _


class UnknownDecision(NotFound):
    """A decision that the file does not define."""

    code = "decisions.unknown_decision"
    message = _("文件里没有决策 {name}{near}")


class DecisionNotChosen(Problem):
    """A file with several decisions that lead to nothing in common, and none was named."""

    code = "decisions.not_chosen"
    message = _("文件里有多个决策，请指明其一：{keys}。")


def evaluate_file(path: Path | str, decision: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Decide one case by a DMN file and return the answer as JSON that keeps its kinds.

    `decision` is an id or a name; when empty, the one that no other requires. An input is plain
    JSON, read by the declared type, or `{"type": …, "value": …}`. Where a table does not answer,
    the result is null as the standard asks and `problem` says why.

    Raises:
        Unreadable: the file cannot be read.
        UnknownDecision, DecisionNotChosen: it does not define `decision`, or several.
        Problem: an input is unknown or of the wrong type.
    """
    file = Path(path)
    decisions = read_decisions(file.read_text(encoding="utf-8-sig"), file.name)
    chosen = _named(decision, decisions)
    decided = decide(chosen, _relevant(inputs, chosen, decisions), is_lenient=True)
    problem = decided.problem
    return {
        "decision": chosen.key,
        "name": chosen.label,
        "result": to_json(decided.value),
        "matched_rows": list(decided.matched_rows),
        "explanation": "" if problem else explain(decided),
        "problem": {"code": problem.code, "message": str(problem)} if problem else None,
    }


def _named(name: str, decisions: list[Decision]) -> Decision:
    if not name:
        chosen = final_decision(decisions)
        if chosen is None:
            raise DecisionNotChosen("decision", keys="、".join(each.key for each in decisions))
        return chosen
    for decision in decisions:
        if name in (decision.key, decision.name, decision.label):
            return decision
    near = nearest(name, [each for d in decisions for each in (d.key, d.name)])
    raise UnknownDecision("decision", name=name, near=near or gettext("。"))


def _relevant(
    inputs: Mapping[str, Any], chosen: Decision, decisions: list[Decision]
) -> dict[str, Any]:
    """Leave out inputs that only other decisions of the file ask for."""
    asked = chosen.all_inputs()
    others = {name for decision in decisions for name in decision.all_inputs()} - asked.keys()
    return {
        name: from_json(value) if is_typed(value) else value
        for name, value in inputs.items()
        if name not in others
    }
