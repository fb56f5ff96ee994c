"""Who may do what with a claim."""

from baocheng.areas.claims.models import Claim
from baocheng.areas.organisation.permissions import is_within, require
from baocheng.engine.streams import Actor
from baocheng.kernel.problems import NotFound

__all__ = [
    "APPROVE",
    "HANDLE",
    "READ",
    "RECOVER",
    "REOPEN",
    "REPORT",
    "may_read",
    "require",
    "require_read",
]

REPORT = "claims.report_claim"
RECOVER = "claims.report_recovery"
READ = "claims.read_claim"
HANDLE = "claims.handle_claim"
APPROVE = "claims.approve_claim"
REOPEN = "claims.reopen_claim"


def may_read(actor: Actor, claim: Claim) -> bool:
    """A claim is seen in its own branch and from the branches above it."""
    return actor.may(READ) and is_within(claim.branch, actor.branch)


def require_read(actor: Actor, claim: Claim) -> None:
    """Refuse an actor who may not know that the claim exists.

    Raises:
        NotFound: they may not.
    """
    if not may_read(actor, claim):
        raise NotFound("number")
