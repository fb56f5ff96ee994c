"""Open an instance: its row, its place in the journal, and the stimulus that lets it start."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from baocheng.engine.journal.record import record
from baocheng.engine.processes import runs
from baocheng.engine.processes.content import Definition
from baocheng.engine.processes.events import InstanceStarted
from baocheng.engine.processes.model import Node
from baocheng.engine.processes.models import Instance
from baocheng.engine.processes.runs import Action, Stimulus
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.streams import Actor, Stream


def open_instance(
    definition: Definition,
    node: Node,
    *,
    book: Handbook,
    stream: Stream,
    variables: Mapping[str, Any],
    by: Actor,
    at: datetime,
) -> tuple[Instance, Stimulus]:
    """Open an instance of a process of `book` that begins at the start event `node`."""
    assert book.version is not None, "cases run by a published version"
    instance = Instance(
        stream_kind=stream.kind,
        stream_id=stream.id,
        process=definition.key,
        handbook_version=book.version,
        started_at=at,
    )
    runs.add(instance, book)
    started = InstanceStarted(
        instance_id=instance.id,
        process=definition.key,
        name=definition.name,
        handbook_version=book.version,
    )
    record(started, stream=stream, by=by, at=at)
    return instance, Stimulus(
        instance=instance.id,
        action=Action.START,
        target=node.id,
        by=by,
        at=at,
        variables=variables,
    )
