"""What can be done to the organisation."""

from baocheng.areas.organisation.operations.authority import end_authority, set_authority
from baocheng.areas.organisation.operations.branches import (
    close_branch,
    open_branch,
    rename_branch,
)
from baocheng.areas.organisation.operations.roles import grant_role, revoke_role
from baocheng.areas.organisation.operations.staff import (
    end_employment,
    hire_staff,
    transfer_staff,
)

__all__ = [
    "close_branch",
    "end_authority",
    "end_employment",
    "grant_role",
    "hire_staff",
    "open_branch",
    "rename_branch",
    "revoke_role",
    "set_authority",
    "transfer_staff",
]
