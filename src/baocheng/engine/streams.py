"""Who acts, and on what: the two references that every room of the engine shares."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID


class Stream(NamedTuple):
    """One thing with a history of its own: a claim, a policy, a person.

    `kind` is registered by an area ("claim"); processes, clocks, work, documents and events of
    the thing all hang on the stream.
    """

    kind: str
    id: UUID


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something, with what they may do at this moment.

    `id` is `staff:<uuid>`, `customer:<uuid>` or `system`; `branch` the code path of the branch
    acted for ("1/110/110101", the head office being "1"); `on_behalf_of` another actor's id.
    """

    id: str
    name: str = ""
    branch: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    permissions: frozenset[str] = field(default_factory=frozenset)
    on_behalf_of: str = ""

    def may(self, permission: str) -> bool:
        """Tell whether this actor holds `permission` ("claims.register_claim")."""
        return permission in self.permissions


SYSTEM = Actor(id="system", name="系统")
