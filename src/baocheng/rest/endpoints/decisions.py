"""决策: the decision tables of the handbook, and deciding one case by them."""

from typing import Annotated, Any

from ninja import Path, Router
from pydantic import BaseModel, Field

from baocheng.engine.decisions.decide import Decided, decide
from baocheng.engine.decisions.definition import Decision, InputData
from baocheng.engine.decisions.explanation import PrintedTable, explain, printed
from baocheng.engine.publishing.handbook import Handbook
from baocheng.kernel.problems import NotFound
from baocheng.rest.endpoints.handbook import VersionNumber, handbook_for
from baocheng.rest.exact_json import plain
from baocheng.rest.openapi import refuses
from baocheng.rest.schema import Given
from baocheng.rest.tokens import Bearer, Request, Scope

router = Router(auth=Bearer(Scope.HANDBOOK_READ))

Key = Annotated[str, Path(max_length=80, description="决策的编号，如 claim_triage。")]


class DecisionInput(BaseModel):
    """A value that a decision asks for."""

    name: str
    label: str
    type: str
    is_list: bool
    allowed: str = Field(description="允许的取值；空为不限。")


class RuleColumn(BaseModel):
    """A column of a table."""

    name: str
    label: str
    allowed: str


class RuleRow(BaseModel):
    """A rule of a table; a cell “-” admits everything."""

    number: int
    cells: list[str]
    outputs: list[str]
    remark: str
    is_matched: bool


class PrintedRules(BaseModel):
    """A decision table as printed."""

    hit_policy: str
    inputs: list[RuleColumn]
    outputs: list[RuleColumn]
    rows: list[RuleRow]


class DecisionLine(BaseModel):
    """A decision in the list."""

    key: str
    label: str
    file: str
    inputs: list[DecisionInput]
    requires: list[str] = Field(description="须先作出的决策。")


class Decisions(BaseModel):
    """The decisions of one version."""

    version: int | None
    items: list[DecisionLine]


class DecisionPage(DecisionLine):
    """A decision with its table; null where it is an expression."""

    version: int | None
    table: PrintedRules | None


class Evaluation(Given):
    """A case to decide."""

    inputs: dict[str, Any] = Field(
        description="按名称给出的输入；缺少的视为 null。日期写作文本。",
        examples=[{"claimed_amount": "1200.00", "injury_involved": False}],
    )


class DecisionMade(BaseModel):
    """One decision made, and why."""

    decision: str
    label: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] = Field(description="数值写作文本，逐位精确。")
    matched_rows: list[int]
    explanation: str


class Evaluated(DecisionMade):
    """The answer, with the decisions it required and the table with the matched rows marked."""

    version: int | None
    requires: list[DecisionMade]
    table: PrintedRules | None


@router.get("", response=Decisions, summary="决策表目录", openapi_extra=refuses(404))
def list_decisions(request: Request, version: VersionNumber) -> Decisions:
    book = handbook_for(request, version)
    lines = [DecisionLine(**_line(decision)) for decision in book.all("decision")]
    return Decisions(version=book.version, items=lines)


@router.get("/{key}", response=DecisionPage, summary="一张决策表")
def read_decision(request: Request, key: Key, version: VersionNumber) -> DecisionPage:
    book = handbook_for(request, version)
    decision = _get(book, key)
    table = _table(printed(decision))
    return DecisionPage(**_line(decision), version=book.version, table=table)


@router.post(
    "/{key}/evaluate",
    response=Evaluated,
    summary="按决策表作出一次决策（不留存）",
    openapi_extra=refuses(404),
)
def evaluate(request: Request, key: Key, given: Evaluation, version: VersionNumber) -> Evaluated:
    book = handbook_for(request, version)
    decided = decide(_get(book, key), given.inputs)
    return Evaluated(
        **_step(decided),
        version=book.version,
        requires=[DecisionMade(**_step(each)) for each in decided.requires],
        table=_table(printed(decided.decision, decided.matched_rows)),
    )


def _get(book: Handbook, key: str) -> Decision:
    decision: Decision | None = book.find("decision", key)
    if decision is None:
        raise NotFound("key")
    return decision


def _line(decision: Decision) -> dict[str, Any]:
    return {
        "key": decision.key,
        "label": decision.label,
        "file": decision.path,
        "inputs": [_input(each) for each in decision.all_inputs().values()],
        "requires": [each.key for each in decision.requires],
    }


def _input(each: InputData) -> DecisionInput:
    type = each.type
    allowed = type.allowed.text if type.allowed else ""
    return DecisionInput(
        name=each.name, label=each.label, type=type.kind, is_list=type.is_list, allowed=allowed
    )


def _step(decided: Decided) -> dict[str, Any]:
    return {
        "decision": decided.decision.key,
        "label": decided.decision.label,
        "inputs": plain(decided.inputs),
        "outputs": plain(decided.outputs),
        "matched_rows": list(decided.matched_rows),
        "explanation": explain(decided),
    }


def _table(table: PrintedTable | None) -> PrintedRules | None:
    if table is None:
        return None
    return PrintedRules(
        hit_policy=table.hit_policy,
        inputs=[RuleColumn(name=c.name, label=c.label, allowed=c.allowed) for c in table.inputs],
        outputs=[RuleColumn(name=c.name, label=c.label, allowed=c.allowed) for c in table.outputs],
        rows=[
            RuleRow(
                number=row.number,
                cells=list(row.cells),
                outputs=list(row.outputs),
                remark=row.remark,
                is_matched=row.is_matched,
            )
            for row in table.rows
        ],
    )
