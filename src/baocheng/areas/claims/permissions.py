"""Who may do what with a claim."""

from baocheng.areas.claims.models import Claim
from baocheng.engine.streams import Actor
from baocheng.kernel.problems import NotFound, NotPermitted

REPORT = "claims.report_claim"
READ = "claims.read_claim"
HANDLE = "claims.handle_claim"
APPROVE = "claims.approve_claim"
REOPEN = "claims.reopen_claim"
IMPORT = "claims.import_claims"


def may_read(actor: Actor, claim: Claim) -> bool:
    """A claim is seen in its own branch and from the branches above it."""
    return actor.may(READ) and is_within(claim.branch, actor.branch)


def is_within(branch: str, scope: str) -> bool:
    """Tell whether the branch path `branch` lies at or below `scope`."""
    return branch == scope or branch.startswith(f"{scope}/")


def require(actor: Actor, permission: str) -> None:
    """Refuse an actor who does not hold `permission`.

    Raises:
        NotPermitted: they do not.
    """
    if not actor.may(permission):
        raise NotPermitted


def require_read(actor: Actor, claim: Claim) -> None:
    """Refuse an actor who may not know that the claim exists.

    Raises:
        NotFound: they may not.
    """
    if not may_read(actor, claim):
        raise NotFound("number")
