"""The examples beside a table (`x.cases.csv` beside `x.dmn`), run by every check.

One row is one case. A column named like an input gives it; a column named `=output` says what
must come out, `=` alone the whole answer; `决策` names the decision when the file has several;
`说明` is for the reader. An empty cell is null. Lists and contexts are written as JSON,
the inputs of an untyped column as FEEL (`12`, `true`, `"text"`).
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from baocheng.engine.decisions.decide import Decided, decide
from baocheng.engine.decisions.definition import Decision, DecisionTable, final_decision
from baocheng.engine.decisions.feel.parser import UnreadableExpression, parse_expression
from baocheng.engine.decisions.feel.values import KINDS, equal
from baocheng.engine.decisions.partition import OpaqueCell, constant
from baocheng.engine.decisions.phrases import value_text
from baocheng.engine.decisions.types import ANY, UNTYPED, Type
from baocheng.engine.publishing.findings import Finding
from baocheng.engine.publishing.handbook import nearest
from baocheng.kernel.problems import Problem

DECISION_COLUMN = "决策"
REMARK_COLUMN = "说明"
_MARK = "="


@dataclass(frozen=True)
class Examples:
    """The rows of one examples file, each with the line it stands on."""

    path: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]

    @classmethod
    def read(cls, path: str, text: str) -> "Examples":
        """Read the file; rows of nothing but commas are left out."""
        reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
        rows = tuple(
            (reader.line_num, {k: v or "" for k, v in row.items() if k is not None})
            for row in reader
            if any(isinstance(value, str) and value.strip() for value in row.values())
        )
        return cls(path, tuple(reader.fieldnames or ()), rows)


def check_examples(examples: Examples, decisions: Sequence[Decision]) -> Iterator[Finding]:
    """Yield a finding for every column without a meaning and every row that comes out wrong."""
    by_key = {decision.key: decision for decision in decisions}
    default = final_decision(decisions)
    yield from _check_header(examples, decisions)
    for line, row in examples.rows:
        place = _("第 {line} 行").format(line=line)
        key = row.get(DECISION_COLUMN, "").strip()
        decision = by_key.get(key) if key else default
        if decision is None:
            sentence = _("请在“决策”列写明要检验的决策{near}")
            sentence = sentence.format(near=nearest(key, by_key.keys()) or _("。"))
            yield Finding(examples.path, place, "decisions.example_decision", sentence, line)
            continue
        for sentence in _differences(decision, row):
            yield Finding(examples.path, place, "decisions.example", sentence, line)


def _check_header(examples: Examples, decisions: Sequence[Decision]) -> Iterator[Finding]:
    known = {DECISION_COLUMN, REMARK_COLUMN, _MARK}
    for decision in decisions:
        known |= decision.all_inputs().keys()
        known |= {_MARK + name for name in _output_types(decision)}
    for column in examples.header:
        if column.strip() not in known:
            sentence = _("列 {column} 既不是输入，也不是“=输出”{near}")
            sentence = sentence.format(column=column, near=nearest(column, known) or _("。"))
            yield Finding(examples.path, _("表头"), "decisions.example_column", sentence, 1)
    if not any(column.startswith(_MARK) for column in examples.header):
        sentence = _("没有任何“=输出”列，示例没有检验任何结果。")
        yield Finding(examples.path, _("表头"), "decisions.example_column", sentence, 1)


def _output_types(decision: Decision) -> dict[str, Type]:
    if isinstance(decision.logic, DecisionTable):
        return {output.name: output.type for output in decision.logic.outputs}
    return {decision.name: decision.type}


def _differences(decision: Decision, row: Mapping[str, str]) -> Iterator[str]:
    given = {
        name: _literal(row[name]) if asked.type.kind == ANY else _plain(row[name])
        for name, asked in decision.all_inputs().items()
        if name in row
    }
    try:
        decided = decide(decision, given)
    except Problem as problem:
        yield _("没有得出结果：{problem}").format(problem=problem)
        return
    for column, text in row.items():
        if column.startswith(_MARK):
            yield from _difference(decided, column.removeprefix(_MARK), text)


def _difference(decided: Decided, name: str, text: str) -> Iterator[str]:
    got = decided.outputs.get(name) if name else decided.value
    kind = _output_types(decided.decision).get(name, UNTYPED).kind
    if kind == ANY and not isinstance(got, list):
        kind = KINDS.get(got.__class__, ANY)
    try:
        expected = Type(kind, is_list=isinstance(got, list)).read(_plain(text), name=name)
    except Problem:
        expected = text
    if equal(expected, got) is not True:
        yield _("{name} 应为{expected}，实为{got}（命中第 {rows} 行）。").format(
            name=name or _("结果"),
            expected=value_text(expected),
            got=value_text(got),
            rows=_("、").join(map(str, decided.matched_rows)) or "—",
        )


def _literal(text: str) -> Any:
    """Read a cell of an input without a type: a FEEL constant, or else text."""
    try:
        return constant(parse_expression(text))
    except (UnreadableExpression, OpaqueCell):
        return _plain(text)


def _plain(text: str) -> Any:
    """Read a cell: nothing is null, brackets are JSON, the rest is text for the type to read."""
    text = text.strip()
    if not text:
        return None
    if text[0] in "[{":
        try:
            return json.loads(text, parse_float=Decimal)
        except ValueError:
            return text
    return text
