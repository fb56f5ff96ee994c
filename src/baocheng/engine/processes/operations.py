"""What can be done to processes: start them, complete tasks, send messages, let time pass.

Each notes what happens; the instances move when the unit is written (see `runtime`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Min
from django.utils.translation import gettext

from baocheng.engine.processes import registry, runs, runtime  # noqa: F401  (runtime drains units)
from baocheng.engine.processes.enums import IncidentState
from baocheng.engine.processes.interpreter import NotWaiting, Token, TokenState
from baocheng.engine.processes.models import Incident, Instance, TokenRow
from baocheng.engine.processes.permissions import MANAGE_INCIDENTS
from baocheng.engine.processes.runs import Action, Message, Run, Stimulus
from baocheng.engine.processes.starting import open_instance
from baocheng.engine.publishing import versions
from baocheng.engine.publishing.handbook import nearest
from baocheng.engine.streams import SYSTEM, Actor, Stream
from baocheng.engine.unit import unit
from baocheng.engine.work.answers import validate
from baocheng.engine.work.forms import Form
from baocheng.engine.work.items import complete_item, lock_items
from baocheng.engine.work.models import WorkItem
from baocheng.kernel.problems import NotFound, NotPermitted, Problem
from baocheng.kernel.text import _


class UnknownProcess(Problem):
    """The handbook has no such process, or it has no plain start."""

    code = "processes.unknown_process"
    message = _("服务手册中没有可直接启动的流程“{key}”{hint}")


@dataclass(frozen=True)
class NewInstance:
    """A process to start for a stream, with its first variables."""

    process: str
    stream: Stream
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Completion:
    """A human task to complete; `revision` is the one its form was shown with."""

    item_id: UUID
    answers: Mapping[str, Any] = field(default_factory=dict)
    revision: int | None = None


def start_process(
    process: str,
    stream: Stream,
    *,
    variables: Mapping[str, Any] | None = None,
    by: Actor,
    at: datetime,
) -> Instance:
    """Start one process; see `start_processes`."""
    return start_processes([NewInstance(process, stream, variables or {})], by=by, at=at)[0]


def start_processes(new: Iterable[NewInstance], *, by: Actor, at: datetime) -> list[Instance]:
    """Start these processes by the handbook that holds at `at`.

    Raises:
        UnknownProcess: the handbook does not have one of them.
    """
    with unit():
        started = []
        book = versions.handbook_at(at)
        for one in new:
            definition = book.find("process", one.process)
            start = definition.process.starts.get("") if definition else None
            if definition is None or start is None:
                hint = nearest(one.process, book.keys("process")) or gettext("。")
                raise UnknownProcess(key=one.process, hint=hint)
            instance, stimulus = open_instance(
                definition,
                start,
                book=book,
                stream=one.stream,
                variables=one.variables,
                by=by,
                at=at,
            )
            runs.board().stimuli.append(stimulus)
            started.append(instance)
    return started


def complete_task(
    item_id: UUID,
    answers: Mapping[str, Any] | None = None,
    *,
    by: Actor,
    at: datetime,
    revision: int | None = None,
) -> WorkItem:
    """Complete one human task; see `complete_tasks`."""
    completion = Completion(item_id, answers or {}, revision)
    return complete_tasks([completion], by=by, at=at)[0]


def complete_tasks(completions: Sequence[Completion], *, by: Actor, at: datetime) -> list[WorkItem]:
    """Complete these human tasks with their answers, and let their processes go on.

    The answers are checked against the form and handed to its operation; a form without one keeps
    them as a variable named like the element.

    Raises:
        Problem: an item, its answers, its operation or a step reached by it refuses: then nothing
            of all completions stands.
    """
    with unit():
        ids = [completion.item_id for completion in completions]
        places = _lock(ids)
        items = lock_items(ids)
        for completion, item in zip(completions, items, strict=True):
            complete_item(item.id, by=by, at=at, revision=completion.revision)
            if item.token_id not in places:
                raise NotWaiting
            run, token = places[item.token_id]
            run.by, run.at = by, at
            _take_answers(run, token, item, completion.answers)
            # What the answers left as variables must outlive a step that fails after them.
            runs.write([run])
            stimulus = Stimulus(
                instance=run.row.id,
                action=Action.COMPLETE,
                target=token.id,
                by=by,
                at=at,
                is_refusable=True,
            )
            runs.board().stimuli.append(stimulus)
    return items


def _lock(item_ids: Collection[UUID]) -> dict[UUID, tuple[Run, Token]]:
    """Lock the instances of these items, before the items: as all do who move instances."""
    tokens = WorkItem.objects.filter(pk__in=item_ids).values("token_id")
    instances = TokenRow.objects.filter(pk__in=tokens).values("instance_id")
    rows = Instance.objects.select_for_update().filter(pk__in=instances).order_by("pk")
    runs.take(list(rows))
    at_hand = runs.board().runs.values()
    runs.load_subjects(at_hand)
    return {token.id: (run, token) for run in at_hand for token in run.execution.live.values()}


def _take_answers(run: Run, token: Token, item: WorkItem, answers: Mapping[str, Any]) -> None:
    """Check the answers against the form and give them to its operation."""
    form: Form | None = run.book.find("form", item.form)
    handler = None
    typed = dict(answers)
    if form is not None:
        typed = validate(form, answers, at=run.at, stream=run.row.stream, facts=run.facts)
        handler = registry.find_handler(form.operation or form.id)
    if handler is not None:
        handler(run.call(token), typed)
        run.forget_facts()
    elif typed:
        run.variables[item.element] = typed


def deliver_message(
    name: str,
    stream: Stream,
    *,
    variables: Mapping[str, Any] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Deliver one message; see `deliver_messages`."""
    deliver_messages([Message((name,), stream, by, at, variables or {})])


def deliver_messages(messages: Iterable[Message]) -> None:
    """Let whoever waits for these messages on their streams hear them; where nobody does, the
    processes that they start begin. A message that nobody waits for is lost."""
    with unit():
        runs.board().messages.extend(messages)


def fire_timers(*, at: datetime, limit: int = 1000) -> int:
    """Let up to `limit` timers that fell due happen; return how many did.

    Instances that somebody else is moving are left for the next time. So is a timer armed at this
    very moment, lest a loop through a moment long past never ends.
    """
    with unit():
        due = TokenRow.objects.filter(
            state=TokenState.WAITING.value, due_at__lte=at, entered_at__lt=at
        )
        instances = due.order_by("due_at").values("instance_id")[:limit]
        rows = Instance.objects.select_for_update(skip_locked=True).filter(pk__in=instances)
        locked = list(rows)
        runs.take(locked)
        stimuli = [stimulus for row in locked for stimulus in _due(runs.board().runs[row.id], at)]
        runs.board().stimuli.extend(stimuli)
    return len(stimuli)


def _due(run: Run, at: datetime) -> list[Stimulus]:
    tokens = [
        (token.due_at, token.id)
        for token in run.execution.live.values()
        if token.state is TokenState.WAITING
        and token.due_at is not None
        and token.due_at <= at
        and token.entered_at < at
    ]
    return [
        Stimulus(instance=run.row.id, action=Action.OCCUR, target=id, by=SYSTEM, at=at)
        for _due_at, id in sorted(tokens)
    ]


def next_due() -> datetime | None:
    """Return the next moment at which `fire_timers` will have something to do."""
    waiting = TokenRow.objects.filter(state=TokenState.WAITING.value, due_at__isnull=False)
    moment: datetime | None = waiting.aggregate(next=Min("due_at"))["next"]
    return moment


def retry_incidents(*, at: datetime, limit: int = 100) -> int:
    """Try up to `limit` incidents again whose time has come; return how many were tried."""
    with unit():
        due = Incident.objects.filter(state=IncidentState.OPEN, next_retry_at__lte=at)
        wanted = list(due.order_by("next_retry_at").values_list("instance_id", "token_id")[:limit])
        return _retry(wanted, by=SYSTEM, at=at)


def retry_incident(incident_id: UUID, *, by: Actor, at: datetime) -> None:
    """Try one incident again now, whether or not the engine has given up on it.

    Raises:
        NotPermitted: `by` may not.
        NotFound: there is no such incident, or it is resolved.
    """
    if not by.may(MANAGE_INCIDENTS):
        raise NotPermitted
    with unit():
        unresolved = Incident.objects.exclude(state=IncidentState.RESOLVED).filter(pk=incident_id)
        wanted = list(unresolved.values_list("instance_id", "token_id"))
        if not wanted:
            raise NotFound("incident")
        _retry(wanted, by=by, at=at)


def _retry(wanted: Sequence[tuple[UUID, UUID]], *, by: Actor, at: datetime) -> int:
    ids = [instance for instance, _token in wanted]
    rows = Instance.objects.select_for_update(skip_locked=True).filter(pk__in=ids).order_by("pk")
    locked = {row.id: row for row in rows}
    runs.take(list(locked.values()))
    stimuli = [
        Stimulus(instance=instance, action=Action.RETRY, target=token, by=by, at=at)
        for instance, token in wanted
        if instance in locked
    ]
    runs.board().stimuli.extend(stimuli)
    return len(stimuli)
