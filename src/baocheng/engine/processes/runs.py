"""The instances at hand in a unit: read and locked together, moved in memory, written together."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from baocheng.engine.decisions.feel import compile_expression
from baocheng.engine.decisions.feel.values import to_feel
from baocheng.engine.decisions.json_values import from_json, to_json
from baocheng.engine.journal.record import record
from baocheng.engine.processes.content import Definition
from baocheng.engine.processes.events import InstanceEnded
from baocheng.engine.processes.interpreter import (
    Execution,
    InstanceState,
    Token,
    TokenState,
    is_called,
)
from baocheng.engine.processes.model import Flow, Node, NodeType
from baocheng.engine.processes.models import Instance, TokenRow
from baocheng.engine.processes.registry import StepCall, StreamKind, find_kind
from baocheng.engine.processes.timers import due_at
from baocheng.engine.publishing import versions
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.streams import SYSTEM, Actor, Stream
from baocheng.engine.unit import current
from baocheng.engine.work.items import NewItem, cancel_items, open_items

_BOARD = "processes.board"


class Action(Enum):
    """What can happen to an instance from outside."""

    START = "start"
    COMPLETE = "complete"
    OCCUR = "occur"
    RETRY = "retry"


@dataclass(frozen=True)
class Stimulus:
    """Something that happens to an instance; `target` is a token, or the node to start at.

    `variables` are set on the instance first. When `is_refusable`, a refusal by what follows is a
    refusal to the person who acts.
    """

    instance: UUID
    action: Action
    target: UUID | str
    by: Actor
    at: datetime
    variables: Mapping[str, Any] = field(default_factory=dict)
    is_refusable: bool = False
    hops: int = 0


@dataclass(frozen=True)
class Message:
    """Something that whoever waits for one of these names on this stream should hear.

    `hops` counts the processes that passed it on to each other.
    """

    names: tuple[str, ...]
    stream: Stream
    by: Actor
    at: datetime
    variables: Mapping[str, Any] = field(default_factory=dict)
    hops: int = 0


@dataclass
class Board:
    """What a unit knows of processes: the runs at hand, and what has yet to happen.

    `elsewhere` holds, for every stream that was searched, the messages awaited by instances that
    are not at hand: (message, instance).
    """

    runs: dict[UUID, Run] = field(default_factory=dict)
    stimuli: list[Stimulus] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    elsewhere: dict[UUID, list[tuple[str, UUID]]] = field(default_factory=dict)


def board() -> Board:
    """Return the board of the open unit."""
    known: Board = current().memo.setdefault(_BOARD, Board())
    return known


def find_board(memo: Mapping[Any, Any]) -> Board | None:
    """Return the board of a unit that has one."""
    return memo.get(_BOARD)


class Run:
    """One instance being moved. It answers what the interpreter asks about its case."""

    def __init__(self, row: Instance, book: Handbook, tokens: Iterable[TokenRow] = ()) -> None:
        self.row = row
        self.book = book
        self.rows = {token.id: token for token in tokens}
        self.definition: Definition = book.get("process", row.process)
        self.variables: dict[str, Any] = {
            name: from_json(value) for name, value in row.variables.items()
        }
        self.by: Actor = SYSTEM
        self.at: datetime = row.started_at
        self.hops = 0
        self.subject: Any = None
        self._kept = dict(row.variables)
        self._facts: Mapping[str, Any] | None = None
        self.execution = Execution(
            self.definition.process, self, [_token(token) for token in self.rows.values()]
        )

    @property
    def kind(self) -> StreamKind[Any] | None:
        """What the area says about the thing that the process runs for."""
        return find_kind(self.row.stream_kind)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What conditions and decisions see: variables, then the facts of the case as it is now."""
        if self._facts is None:
            known = self.kind.facts(self.subject) if self.kind and self.subject is not None else {}
            self._facts = ChainMap(self.variables, known)  # type: ignore[arg-type]
        return self._facts

    def forget_facts(self) -> None:
        """Have the facts computed again: something may have changed the case."""
        self._facts = None

    def holds(self, flow: Flow) -> bool:
        return compile_expression(flow.condition).is_true(self.facts)

    def due(self, node: Node, since: datetime) -> datetime:
        assert node.timer is not None, "only events with a timer fall due"
        return due_at(node.timer, since, self.facts)

    def call(self, token: Token) -> StepCall[Any]:
        """Return what a step or form handler gets to see at this token."""
        return StepCall(
            stream=self.row.stream,
            subject=self.subject,
            variables=self.variables,
            by=self.by,
            at=self.at,
            element=token.element,
            handbook_version=self.row.handbook_version,
            token_id=token.id,
        )

    def node(self, token: Token) -> Node:
        """Return the node where the token is."""
        return self.definition.process.nodes[token.element]

    def apply(self, stimulus: Stimulus) -> None:
        """Let the stimulus happen; a token that is gone by then is left in peace.

        Raises:
            NotWaiting: a person completed what is no longer awaited.
        """
        self.by, self.at, self.hops = stimulus.by, stimulus.at, stimulus.hops
        self.variables.update(stimulus.variables)
        self.forget_facts()
        execution = self.execution
        match stimulus.action, stimulus.target:
            case Action.START, str(element):
                execution.start(self.definition.node(element))
            case Action.COMPLETE, UUID() as token:
                execution.complete(token)
            case Action.OCCUR, UUID() as token if token in execution.live:
                execution.occur(token)
            case Action.RETRY, UUID() as token if token in execution.live:
                execution.retry(token)

    def waiting_for(self, message: Collection[str]) -> list[Token]:
        """Return the tokens at which one of these messages is awaited."""
        return [
            token
            for token in self.execution.live.values()
            if token.state is TokenState.WAITING
            and (node := self.node(token)).message in message
            and not is_called(node)
        ]

    def write(self) -> Written:
        """Hand what has changed to the unit; return the human tasks that opened and closed."""
        written = Written([], [], [])
        for token in self.execution.touched.values():
            self._write_token(token, written)
        self.execution.touched.clear()
        self._write_instance()
        return written

    def _write_token(self, token: Token, written: Written) -> None:
        node, row = self.node(token), self.rows.get(token.id)
        is_work = node.type is NodeType.USER_TASK
        was_open = row is not None and row.state == TokenState.WAITING
        if is_work and token.state is TokenState.WAITING and not was_open:
            written.opened.append(self._item(token, node))
        elif is_work and token.state is TokenState.CANCELLED and was_open:
            written.closed.append(token.id)
        if row is None:
            self.rows[token.id] = row = self._row(token, node)
            current().add(row)
        else:
            if (row.state == TokenState.READY or is_called(node)) and row.state != token.state:
                # Such a token only ever reaches the database when it could not go on.
                written.freed.append((self, token))
            row.state, row.due_at, row.left_at = token.state.value, token.due_at, token.left_at
            current().change(row, "state", "due_at", "left_at")

    def _row(self, token: Token, node: Node) -> TokenRow:
        return TokenRow(
            id=token.id,
            instance_id=self.row.id,
            stream_id=self.row.stream_id,
            element=token.element,
            flow=token.flow,
            scope=token.scope,
            armed_by=token.armed_by,
            state=token.state.value,
            # What a node sends is not what it waits for.
            message="" if is_called(node) else node.message,
            entered_at=token.entered_at,
            due_at=token.due_at,
            left_at=token.left_at,
        )

    def _item(self, token: Token, node: Node) -> NewItem:
        form = self.book.find("form", node.form)
        kind = self.kind
        summary = kind.summary(self.subject) if kind and self.subject is not None else None
        return NewItem(
            stream=self.row.stream,
            title=node.label,
            role=node.roles[0] if node.roles else "",
            branch=summary.branch if summary else "",
            form=node.form,
            process=self.row.process,
            element=node.id,
            token_id=token.id,
            handbook_version=self.row.handbook_version,
            separate_from=form.four_eyes_with if form else (),
            amount=summary.amount if summary else None,
            summary=summary.shown if summary else {},
        )

    def _write_instance(self) -> None:
        changed = []
        kept = {name: to_json(to_feel(value)) for name, value in self.variables.items()}
        if kept != self._kept:
            self.row.variables = self._kept = kept
            changed.append("variables")
        if self.execution.state.value != self.row.state:
            self.row.state, self.row.ended_at = self.execution.state.value, self.at
            changed += ["state", "ended_at"]
            ended = InstanceEnded(
                instance_id=self.row.id,
                process=self.row.process,
                name=self.definition.name,
                is_terminated=self.execution.state is InstanceState.TERMINATED,
            )
            record(ended, stream=self.row.stream, by=self.by, at=self.at)
        if changed:
            current().change(self.row, *changed)


class Written(NamedTuple):
    """Human tasks that opened, the tokens of those that closed, and tokens that had been stuck."""

    opened: list[NewItem]
    closed: list[UUID]
    freed: list[tuple[Run, Token]]


def _token(row: TokenRow) -> Token:
    return Token(
        row.id,
        row.element,
        row.flow,
        row.scope,
        row.armed_by,
        row.entered_at,
        TokenState(row.state),
        row.due_at,
        row.left_at,
    )


def write(runs: Iterable[Run]) -> list[tuple[Run, Token]]:
    """Hand what has changed in these runs to the unit, with the human tasks that follow.

    Return the tokens that had been stuck and are no longer.
    """
    opened: dict[datetime, list[NewItem]] = {}
    closed: list[UUID] = []
    freed: list[tuple[Run, Token]] = []
    for run in runs:
        written = run.write()
        if written.opened:
            opened.setdefault(run.at, []).extend(written.opened)
        closed += written.closed
        freed += written.freed
    if closed:
        cancel_items(closed)
    for at, items in opened.items():
        open_items(items, at=at)
    return freed


def add(row: Instance, book: Handbook) -> Run:
    """Put a new instance on the board and among the rows to write."""
    current().add(row)
    known = board()
    if current().is_new(row.stream_id):
        known.elsewhere.setdefault(row.stream_id, [])
    known.runs[row.id] = run = Run(row, book)
    return run


def load(instances: Collection[UUID]) -> dict[UUID, Run]:
    """Return these runs, reading and locking those that are not at hand, in two statements."""
    known = board().runs
    missing = [id for id in instances if id not in known]
    if missing:
        # In the order of their ids, so that two who lock the same instances do not cross.
        rows = Instance.objects.select_for_update().filter(pk__in=missing).order_by("pk")
        take(list(rows))
    return {id: known[id] for id in instances}


def take(rows: Collection[Instance]) -> None:
    """Put instances that are already locked on the board, with their live tokens.

    The live tokens of the whole stream are read, so that who else waits there is known too.
    """
    known = board()
    new = {row.id: row for row in rows if row.id not in known.runs}
    if not new:
        return
    streams = {row.stream_id for row in new.values()}
    tokens: dict[UUID, list[TokenRow]] = {id: [] for id in new}
    known.elsewhere.update((stream, []) for stream in streams)
    live = TokenRow.objects.filter(stream_id__in=streams, left_at__isnull=True)
    for token in live.order_by("id"):
        if token.instance_id in new:
            tokens[token.instance_id].append(token)
        elif token.message and token.state == TokenState.WAITING:
            known.elsewhere[token.stream_id].append((token.message, token.instance_id))
    numbers = {row.handbook_version for row in new.values()}
    books = {number: versions.handbook(number) for number in numbers}
    for id, row in new.items():
        known.runs[id] = Run(row, books[row.handbook_version], tokens[id])


def load_subjects(runs: Iterable[Run]) -> None:
    """Let every run see its case, with one read for each kind of stream."""
    wanting: dict[str, list[Run]] = {}
    for run in runs:
        if run.subject is None and run.kind is not None:
            wanting.setdefault(run.row.stream_kind, []).append(run)
    for kind, group in wanting.items():
        registered = find_kind(kind)
        assert registered is not None, "only registered kinds were gathered"
        subjects = registered.load([run.row.stream_id for run in group])
        for run in group:
            run.subject = subjects.get(run.row.stream_id)
