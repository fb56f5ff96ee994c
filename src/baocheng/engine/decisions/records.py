"""Keep the decisions made on a stream, and read them back with their reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from baocheng.engine.decisions.decide import Decided
from baocheng.engine.decisions.explanation import PrintedTable, explain_rows, printed
from baocheng.engine.decisions.json_values import from_json, to_json
from baocheng.engine.decisions.models import DecisionRecord
from baocheng.engine.publishing.versions import handbook
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import current


@dataclass(frozen=True)
class MadeDecision:
    """A recorded decision as people read it, by the handbook version it was made with."""

    key: str
    label: str
    handbook_version: int
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    matched_rows: tuple[int, ...]
    sentence: str
    table: PrintedTable | None
    element: str
    decided_at: datetime
    actor: str


def record_decision(
    decided: Decided,
    *,
    stream: Stream,
    version: int,
    by: Actor,
    at: datetime,
    element: str = "",
) -> DecisionRecord:
    """Record a decision, and those it required, in the open unit; return its own record.

    `version` is the handbook version it was made with, `element` the process element that asked.
    """
    rows = [
        DecisionRecord(
            stream_kind=stream.kind,
            stream_id=stream.id,
            decision=each.decision.key,
            handbook_version=version,
            inputs={name: to_json(value) for name, value in each.inputs.items()},
            matched_rows=list(each.matched_rows),
            outputs={name: to_json(value) for name, value in each.outputs.items()},
            element=element,
            decided_at=at,
            actor=by.id,
        )
        for each in (*decided.requires, decided)
    ]
    for row in rows:
        current().add(row)
    return rows[-1]


def decisions_of(stream: Stream) -> Sequence[MadeDecision]:
    """Return the decisions made on `stream`, in order."""
    rows = DecisionRecord.objects.filter(stream_id=stream.id, stream_kind=stream.kind)
    return [_read(row) for row in rows.order_by("id")]


def _read(row: DecisionRecord) -> MadeDecision:
    decision = handbook(row.handbook_version).get("decision", row.decision)
    outputs = {name: from_json(value) for name, value in row.outputs.items()}
    return MadeDecision(
        key=row.decision,
        label=decision.label,
        handbook_version=row.handbook_version,
        inputs={name: from_json(value) for name, value in row.inputs.items()},
        outputs=outputs,
        matched_rows=tuple(row.matched_rows),
        sentence=explain_rows(decision, row.matched_rows, outputs),
        table=printed(decision, row.matched_rows),
        element=row.element,
        decided_at=row.decided_at,
        actor=row.actor,
    )
