"""The rows of the organisation."""

from baocheng.areas.organisation.models.branch import Branch
from baocheng.areas.organisation.models.grants import AuthorityGrant, RoleGrant
from baocheng.areas.organisation.models.staff import Staff

__all__ = ["AuthorityGrant", "Branch", "RoleGrant", "Staff"]
