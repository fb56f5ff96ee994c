"""Tokens that could not go on: kept with their reason, tried again with growing patience."""

import traceback
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from baocheng.engine.journal.record import record
from baocheng.engine.processes.enums import IncidentState
from baocheng.engine.processes.events import IncidentOpened, IncidentResolved
from baocheng.engine.processes.interpreter import Token
from baocheng.engine.processes.models import Incident
from baocheng.engine.processes.runs import Run
from baocheng.engine.streams import SYSTEM
from baocheng.engine.unit import current
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

# After the last of these a person has to look at it.
PATIENCE = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)


def note(run: Run, token: Token, error: Exception) -> None:
    """Open an incident at the token, or count one more attempt of the one that is open."""
    incident = _find_open([token.id]).get(token.id) if token.id in run.rows else None
    if incident is None:
        incident = Incident(
            token_id=token.id,
            instance=run.row,
            stream_kind=run.row.stream_kind,
            stream_id=run.row.stream_id,
            element=token.element,
            attempts=0,
            opened_at=run.at,
        )
        _describe(incident, error, run.at)
        current().add(incident)
        opened = IncidentOpened(
            incident_id=incident.id,
            process=run.row.process,
            element=token.element,
            name=run.node(token).label,
            error=incident.error,
        )
        record(opened, stream=run.row.stream, by=SYSTEM, at=run.at)
    else:
        _describe(incident, error, run.at)
        current().change(
            incident,
            "error",
            "sentence",
            "traceback",
            "attempts",
            "failed_at",
            "next_retry_at",
            "state",
        )


def _describe(incident: Incident, error: Exception, at: datetime) -> None:
    incident.error = error.code if isinstance(error, Problem) else type(error).__name__
    incident.sentence = (
        str(error)
        if isinstance(error, Problem)
        else _("程序异常 {name}：{text}").format(name=type(error).__name__, text=error)
    )
    incident.traceback = "".join(traceback.format_exception(error))
    incident.failed_at = at
    patience = PATIENCE[incident.attempts : incident.attempts + 1]
    incident.attempts += 1
    incident.next_retry_at = at + patience[0] if patience else None
    incident.state = IncidentState.OPEN if patience else IncidentState.STUCK


def resolve(freed: Iterable[tuple[Run, Token]]) -> None:
    """Close the incidents of tokens that have gone on, or were cancelled."""
    by_token = {token.id: run for run, token in freed}
    for token_id, incident in _find_open(by_token).items():
        run = by_token[token_id]
        incident.state, incident.resolved_at = IncidentState.RESOLVED, run.at
        incident.next_retry_at = None
        current().change(incident, "state", "resolved_at", "next_retry_at")
        resolved = IncidentResolved(
            incident_id=incident.id,
            process=run.row.process,
            element=incident.element,
            name=run.definition.node(incident.element).label,
            attempts=incident.attempts,
        )
        record(resolved, stream=incident.stream, by=run.by, at=run.at)


def stuck_tokens(instance: UUID) -> set[UUID]:
    """Return the tokens of an instance that wait for their incident to be retried."""
    open_ones = Incident.objects.exclude(state=IncidentState.RESOLVED)
    return set(open_ones.filter(instance=instance).values_list("token_id", flat=True))


def _find_open(tokens: Collection[UUID]) -> dict[UUID, Incident]:
    if not tokens:
        return {}
    rows = Incident.objects.filter(token__in=list(tokens)).exclude(state=IncidentState.RESOLVED)
    return {incident.token_id: incident for incident in rows}
