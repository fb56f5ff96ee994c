"""The two named actors of an import, with no more than an import needs."""

from baocheng.adapters.imports.port import Crew
from baocheng.areas.billing import permissions as billing
from baocheng.areas.claims import permissions as claims
from baocheng.areas.customers import permissions as customers
from baocheng.areas.policies import permissions as policies
from baocheng.engine.streams import Actor

HANDLER_PERMISSIONS = frozenset(
    {
        customers.REGISTER,
        policies.ISSUE,
        claims.REPORT,
        claims.RECOVER,
        claims.HANDLE,
        billing.CONFIRM,
    }
)
REVIEWER_PERMISSIONS = frozenset({claims.APPROVE})

# `import_reviewer` is for the handbook's limits of authority: a whole past is approved on one day.
HANDLER_ROLES = frozenset({"claims_handler", "service_agent"})
REVIEWER_ROLES = frozenset({"claims_supervisor", "claims_manager", "import_reviewer"})


def import_crew(branch: str) -> Crew:
    """Return who imports for `branch` (a path): 迁移经办 takes and settles, 迁移复核 approves."""
    return Crew(
        handler=Actor(
            id="system:import_handler",
            name="迁移经办",
            branch=branch,
            roles=HANDLER_ROLES,
            permissions=HANDLER_PERMISSIONS,
        ),
        reviewer=Actor(
            id="system:import_reviewer",
            name="迁移复核",
            branch=branch,
            roles=REVIEWER_ROLES,
            permissions=REVIEWER_PERMISSIONS,
        ),
    )
