"""Who may do what in the organisation, and the rule of branches that every area uses."""

from baocheng.engine.streams import Actor
from baocheng.kernel.problems import NotPermitted

READ_STAFF = "organisation.read_staff"
MANAGE_BRANCHES = "organisation.manage_branches"
MANAGE_STAFF = "organisation.manage_staff"
GRANT_ROLES = "organisation.grant_roles"
SET_AUTHORITY = "organisation.set_authority"


def is_within(branch: str, scope: str) -> bool:
    """Tell whether the branch path `branch` is `scope` or lies below it."""
    return bool(scope) and (branch == scope or branch.startswith(f"{scope}/"))


def require(actor: Actor, permission: str, *, branch: str | None = None) -> None:
    """Refuse an actor without `permission`, or acting outside of the branches below theirs.

    Raises:
        NotPermitted: either of both.
    """
    if not actor.may(permission):
        raise NotPermitted
    if branch is not None and not is_within(branch, actor.branch):
        raise NotPermitted("branch")
