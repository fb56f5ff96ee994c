"""Why a decision came out as it did: a sentence, and the table with its row marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from baocheng.engine.decisions.decide import Decided
from baocheng.engine.decisions.definition import Decision, DecisionTable, Rule
from baocheng.engine.decisions.phrases import test_text, value_text


@dataclass(frozen=True)
class PrintedColumn:
    """The head of a column: its label, and the values it allows as written."""

    label: str
    name: str
    allowed: str


@dataclass(frozen=True)
class PrintedRow:
    """A rule as printed; a cell that admits everything is a dash."""

    number: int
    cells: tuple[str, ...]
    outputs: tuple[str, ...]
    remark: str
    is_matched: bool


@dataclass(frozen=True)
class PrintedTable:
    """A decision table as it stands in print."""

    label: str
    hit_policy: str
    inputs: tuple[PrintedColumn, ...]
    outputs: tuple[PrintedColumn, ...]
    rows: tuple[PrintedRow, ...]


def printed(decision: Decision, matched_rows: Sequence[int] = ()) -> PrintedTable | None:
    """Return the table of a decision, its matched rows marked; None when it has no table."""
    table = decision.logic
    if not isinstance(table, DecisionTable):
        return None
    policy = table.hit_policy.value
    return PrintedTable(
        decision.label,
        _("{policy}（{aggregation}）").format(policy=policy, aggregation=table.aggregation)
        if table.aggregation
        else policy,
        tuple(
            PrintedColumn(
                each.label, each.expression.text, each.allowed.text if each.allowed else ""
            )
            for each in table.inputs
        ),
        tuple(
            PrintedColumn(each.label, each.name, each.allowed.text if each.allowed else "")
            for each in table.outputs
        ),
        tuple(
            PrintedRow(
                rule.number,
                tuple(test.text or "-" for test in rule.tests),
                tuple(answer.text for answer in rule.outputs),
                rule.remark,
                is_matched=rule.number in matched_rows,
            )
            for rule in table.rules
        ),
    )


def explain(decided: Decided) -> str:
    """Say in one sentence per matched row why the decision came out as it did."""
    decision = decided.decision
    return explain_rows(decision, decided.matched_rows, decided.outputs)


def explain_rows(decision: Decision, matched_rows: Sequence[int], outputs: dict[str, Any]) -> str:
    """Say the same of a decision recorded earlier, from its rows and outputs."""
    table = decision.logic
    if not isinstance(table, DecisionTable):
        answer = _("，").join(map(value_text, outputs.values()))
        return _("{label}：{text} → {answer}").format(
            label=decision.label, text=table.text, answer=answer
        )
    labels = {output.name: output.label for output in table.outputs}
    is_only = len(labels) == 1
    answer = _("，").join(
        value_text(value) if is_only else f"{labels.get(name, name)} {value_text(value)}"
        for name, value in outputs.items()
    )
    if not matched_rows:
        return _("没有适用的行，按默认 → {answer}").format(answer=answer)
    rows = _("；").join(_row_text(table, table.rules[number - 1]) for number in matched_rows)
    return f"{rows} → {answer}"


def _row_text(table: DecisionTable, rule: Rule) -> str:
    tests = (
        test_text(clause.label, test) for clause, test in zip(table.inputs, rule.tests, strict=True)
    )
    conditions = _(" 且 ").join(filter(None, tests)) or _("其他情形")
    return _("第 {number} 行：{conditions}").format(number=rule.number, conditions=conditions)
