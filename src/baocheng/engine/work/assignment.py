"""Where an item waits and who gets it: the port to the organisation, and the least loaded."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Count

from baocheng.engine.work.enums import ItemState
from baocheng.engine.work.models import WorkItem
from baocheng.engine.work.ports import Port


class Person(NamedTuple):
    """An actor as worklists show one."""

    id: str
    name: str = ""


class Place(NamedTuple):
    """A role at a branch, as a process names it."""

    role: str
    branch: str


class Pool(NamedTuple):
    """Where items for a place wait, and who can take them there now.

    `branch` may be above the one asked for: the nearest whose staff hold the role. People who are
    on leave or whose certificate expired are not among `people`.
    """

    branch: str
    people: Sequence[Person] = ()


Pools = Callable[[Collection[Place]], Mapping[Place, Pool]]


def _no_organisation(places: Collection[Place]) -> Mapping[Place, Pool]:
    return {}


_pools: Port[Pools] = Port(_no_organisation)


def register_candidates(source: Pools) -> None:
    """Let `source` (the organisation) say who can take the items of a role at a branch."""
    _pools.ask = source


def pools(places: Collection[Place]) -> Mapping[Place, Pool]:
    """Return the pool of each place; a place nobody knows is its own, empty pool."""
    known = _pools.ask(places)
    return {place: known.get(place) or Pool(place.branch) for place in places}


def least_loaded(
    people: Sequence[Person], loads: Mapping[str, int], barred: Collection[str] = ()
) -> Person | None:
    """Return who of `people` has the fewest items in hand; the first of equals, None if nobody."""
    eligible = [person for person in people if person.id not in barred]
    return min(eligible, key=lambda person: loads.get(person.id, 0), default=None)


def loads(actors: Collection[str]) -> dict[str, int]:
    """Return how many items each of these actors has in hand."""
    in_hand = WorkItem.objects.filter(state=ItemState.CLAIMED, assignee__in=actors)
    return dict(in_hand.values_list("assignee").annotate(Count("id")).order_by())
