"""Find who waits for a message: the journal's events are messages to the processes of a stream."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from baocheng.engine.journal.events import Recorded, receiver
from baocheng.engine.processes import runs
from baocheng.engine.processes.interpreter import TokenState
from baocheng.engine.processes.models import TokenRow
from baocheng.engine.processes.registry import find_kind
from baocheng.engine.processes.runs import Action, Board, Message, Run, Stimulus
from baocheng.engine.processes.starting import open_instance
from baocheng.engine.publishing import versions
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.unit import current

_OWN = "processes."


@receiver("*")
def hear(recorded: Sequence[Recorded]) -> None:
    """Take events for messages, named by their type with or without its version."""
    for one in recorded:
        if not one.type.startswith(_OWN) and find_kind(one.stream.kind):
            names = (one.type, one.type.rpartition(".")[0])
            runs.board().messages.append(Message(names, one.stream, one.by, one.at))


def correlate(messages: Sequence[Message]) -> Iterator[Stimulus]:
    """Yield what these messages do: every token of the stream that waits for one hears it; where
    none does, the processes that such a message starts begin."""
    if not messages:
        return
    known = runs.board()
    _search({message.stream.id for message in messages}, known)
    runs.load(
        {
            instance: None
            for message in messages
            for name, instance in known.elsewhere[message.stream.id]
            if name in message.names
        }
    )
    by_stream: dict[UUID, list[Run]] = {}
    for run in known.runs.values():
        by_stream.setdefault(run.row.stream_id, []).append(run)
    for message in messages:
        hearing = [
            _stimulus(run, token.id, message)
            for run in by_stream.get(message.stream.id, ())
            for token in run.waiting_for(message.names)
        ]
        yield from hearing or _beginning(message)


def _search(streams: Collection[UUID], known: Board) -> None:
    """Look once in a unit for who waits on these streams; new streams need no look."""
    missing = [id for id in streams if id not in known.elsewhere]
    known.elsewhere.update((id, []) for id in missing)
    old = [id for id in missing if not current().is_new(id)]
    if old:
        waiting = TokenRow.objects.filter(stream_id__in=old, state=TokenState.WAITING.value)
        found = waiting.exclude(message="").values_list("stream_id", "message", "instance_id")
        for stream, message, instance in found:
            known.elsewhere[stream].append((message, instance))


def _beginning(message: Message) -> Iterator[Stimulus]:
    book = _handbook(message)
    if book is None:
        return
    for definition in book.all("process"):
        starts = definition.process.message_starts
        for name in message.names:
            if name in starts:
                _instance, stimulus = open_instance(
                    definition,
                    starts[name],
                    book=book,
                    stream=message.stream,
                    variables=message.variables,
                    by=message.by,
                    at=message.at,
                )
                yield replace(stimulus, hops=message.hops)


def _handbook(message: Message) -> Handbook | None:
    try:
        return versions.handbook_at(message.at)
    except versions.NothingPublished:
        return None


def _stimulus(run: Run, token: UUID, message: Message) -> Stimulus:
    return Stimulus(
        instance=run.row.id,
        action=Action.OCCUR,
        target=token,
        by=message.by,
        at=message.at,
        variables=message.variables,
        hops=message.hops,
    )
