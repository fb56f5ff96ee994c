"""Where things stand: the progress of a stream's processes, incidents, what waits where."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from baocheng.engine.processes.content import Definition
from baocheng.engine.processes.diagram import Marks
from baocheng.engine.processes.enums import IncidentState
from baocheng.engine.processes.interpreter import InstanceState, TokenState
from baocheng.engine.processes.models import Incident, Instance, TokenRow
from baocheng.engine.publishing import versions
from baocheng.engine.streams import Stream


@dataclass(frozen=True)
class Progress:
    """How far one instance has come: what to draw, and every stay at a node in order."""

    instance: Instance
    definition: Definition
    stays: Sequence[TokenRow]
    incidents: Sequence[Incident]

    @property
    def current(self) -> tuple[str, ...]:
        """The elements where it waits; an armed event waits with its task and is not counted."""
        waiting = (stay for stay in self.stays if stay.left_at is None and stay.armed_by is None)
        return tuple(dict.fromkeys(stay.element for stay in waiting))

    @property
    def visited(self) -> Mapping[str, datetime]:
        """The elements that it has left behind, each with the last time it did."""
        done = (stay for stay in self.stays if stay.state == TokenState.DONE)
        return {stay.element: stay.left_at for stay in done if stay.left_at is not None}

    def marks(self, write_time: Callable[[datetime], str]) -> Marks:
        """Return what the drawing shows; `write_time` puts moments into words."""
        rounds = Counter(
            stay.element
            for stay in self.stays
            if stay.state == TokenState.DONE and self.definition.node(stay.element).type.is_activity
        )
        timed = {
            element: write_time(moment)
            for element, moment in self.visited.items()
            if not self.definition.node(element).type.is_gateway
        }
        return Marks(
            current=self.current,
            done=self.visited.keys(),
            notes=timed,
            counts={element: count for element, count in rounds.items() if count > 1},
            incidents={incident.element for incident in self.incidents},
            flows={stay.flow for stay in self.stays if stay.flow and self._was_taken(stay)},
        )

    def _was_taken(self, stay: TokenRow) -> bool:
        # The flows into a race are taken by the one event that happened.
        is_listening = stay.armed_by is not None and stay.state != TokenState.DONE
        return not is_listening


def progress_of(stream: Stream) -> list[Progress]:
    """Return the progress of every process that ran for the stream, the oldest first."""
    instances = list(Instance.objects.filter(stream_id=stream.id).order_by("id"))
    stays: dict[UUID, list[TokenRow]] = {instance.id: [] for instance in instances}
    for stay in TokenRow.objects.filter(stream_id=stream.id).order_by("id"):
        stays[stay.instance_id].append(stay)
    open_ones = Incident.objects.filter(stream_id=stream.id).exclude(state=IncidentState.RESOLVED)
    found: dict[UUID, list[Incident]] = {}
    for incident in open_ones.order_by("id"):
        found.setdefault(incident.instance_id, []).append(incident)
    return [
        Progress(
            instance,
            _definition(instance.process, instance.handbook_version),
            stays[instance.id],
            found.get(instance.id, ()),
        )
        for instance in instances
    ]


def instances_of(stream: Stream) -> list[Instance]:
    """Return the instances of the stream, the oldest first."""
    return list(Instance.objects.filter(stream_id=stream.id).order_by("id"))


def open_incidents(*, limit: int = 100, after: UUID | None = None) -> list[Incident]:
    """Return what is not resolved, newest first; `after` is the last one already seen."""
    rows = Incident.objects.exclude(state=IncidentState.RESOLVED).select_related("instance")
    if after is not None:
        rows = rows.filter(id__lt=after)
    return list(rows.order_by("-id")[:limit])


def waiting_counts(process: str, handbook_version: int) -> dict[str, int]:
    """Return how many running instances of a process wait at each of its elements."""
    waiting = TokenRow.objects.filter(
        instance__process=process,
        instance__handbook_version=handbook_version,
        instance__state=InstanceState.RUNNING.value,
        left_at__isnull=True,
        armed_by__isnull=True,
    )
    rows = waiting.values("element").annotate(count=Count("instance", distinct=True))
    return {row["element"]: row["count"] for row in rows}


def count_due(at: datetime) -> int:
    """Return how many timers have fallen due and not happened yet."""
    waiting = TokenRow.objects.filter(state=TokenState.WAITING.value, due_at__lte=at)
    return waiting.count()


def element_name(incident: Incident) -> str:
    """Return what people call the element where the incident is."""
    instance = incident.instance
    return _definition(instance.process, instance.handbook_version).node(incident.element).label


def _definition(process: str, version: int) -> Definition:
    definition: Definition = versions.handbook(version).get("process", process)
    return definition
