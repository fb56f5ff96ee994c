"""What the organisation answers: who acts, what they may do, who else could."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from baocheng.areas.organisation.models import AuthorityGrant, Branch, RoleGrant, Staff
from baocheng.areas.organisation.permissions import READ_STAFF, is_within
from baocheng.areas.organisation.schema import SYSTEM_ROLE, Authority
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.versions import NothingPublished, handbook_at
from baocheng.engine.streams import SYSTEM, Actor
from baocheng.engine.unit import opened
from baocheng.engine.work.assignment import Person, Place, Pool
from baocheng.engine.work.authority import AuthorityLimit
from baocheng.kernel.problems import NotFound, NotPermitted
from baocheng.kernel.text import _
from baocheng.kernel.time import now

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

_EMPTY = Handbook({})


class NotStaff(NotPermitted):
    """The login belongs to nobody who works here, or not any more."""

    code = "organisation.not_staff"
    message = _("该账号没有对应的在职员工，请联系机构管理员。")


class NoRoleAtBranch(NotPermitted):
    """The person holds no role at the branch they want to act for."""

    code = "organisation.no_role_at_branch"
    message = _("您在该机构没有岗位，不能以该机构的名义办理业务。")


class UnknownBranch(NotFound):
    """No branch has this code."""

    code = "organisation.unknown_branch"
    message = _("没有代码为“{code}”的机构，请核对。")


class UnknownStaff(NotFound):
    """Nobody has this employee number."""

    code = "organisation.unknown_staff"
    message = _("没有工号为“{number}”的员工，请核对。")


def actor_of(user: "AbstractBaseUser", *, at: datetime, branch: str | None = None) -> Actor:
    """Return the person behind a login, with what their roles allow at this moment.

    They act for `branch` (a path), by default for their own branch or, where they hold nothing
    there, for the first they hold something at. A role counts at its branch and all below it.

    Raises:
        NotStaff: the login belongs to no active member of staff.
        NoRoleAtBranch: they asked for a branch at which they hold no role.
    """
    staff = Staff.objects.select_related("branch").filter(user=user.pk, is_active=True).first()
    if staff is None:
        raise NotStaff
    grants = [(grant.role, grant.branch.path) for grant in _grants_at(at).filter(staff=staff)]
    if branch is None:
        scopes = [scope for _role, scope in grants]
        is_home = not scopes or any(is_within(staff.branch.path, scope) for scope in scopes)
        branch = staff.branch.path if is_home else min(scopes)
    elif not any(is_within(branch, scope) for _role, scope in grants):
        raise NoRoleAtBranch("branch")
    roles = frozenset(role for role, scope in grants if is_within(branch, scope))
    return Actor(
        id=staff.actor_id,
        name=staff.name,
        branch=branch,
        roles=roles,
        permissions=permissions_of(roles, at=at),
    )


def actor_with_number(number: str, *, at: datetime) -> Actor:
    """Return a member of staff, by employee number, as `actor_of` returns a login.

    Raises:
        NotFound: nobody has this number.
        NotStaff: they have left, or have no login.
    """
    user = get_staff(number).user
    if user is None:
        raise NotStaff
    return actor_of(user, at=at)


def acting_branches(user: "AbstractBaseUser", *, at: datetime) -> Sequence[Branch]:
    """Return the branches at which a login holds roles, for the switcher of the desk."""
    grants = _grants_at(at).filter(staff__user=user.pk)
    return sorted({grant.branch for grant in grants}, key=lambda branch: branch.path)


def permissions_of(roles: Iterable[str], *, at: datetime) -> frozenset[str]:
    """Return what these roles allow by the handbook of that moment; unknown ones allow nothing."""
    handbook = _handbook(at)
    definitions = (handbook.find("role", role) for role in roles)
    return frozenset().union(*(role.permissions for role in definitions if role))


def authority_limit_of(actor: Actor, kind: str, at: datetime) -> AuthorityLimit | None:
    """Return how far `actor` may approve amounts of this kind, None where not at all.

    A grant of their own replaces what the roles give; of several roles the widest counts.
    """
    own = _own_authority(actor.id, at).get(kind)
    if own is not None:
        return AuthorityLimit(own.per_stream_amount, own.per_payee_day_amount)
    roles = {SYSTEM_ROLE} if actor.id == SYSTEM.id else actor.roles
    found = (_handbook(at).find("authority", f"{kind}.{role}") for role in roles)
    limits: list[Authority] = [limit for limit in found if limit is not None]
    if not limits:
        return None
    return AuthorityLimit(
        _widest(limit.per_stream for limit in limits),
        _widest(limit.per_payee_day for limit in limits),
    )


def pools(places: Collection[Place]) -> Mapping[Place, Pool]:
    """Return, for each role at a branch, the nearest branch up the tree with holders of the role.

    Places for which nobody up to the head office holds the role are left out.
    """
    holders = _holders(places, now())
    found: dict[Place, Pool] = {}
    for place in places:
        for scope in _upwards(place.branch):
            people = holders.get((place.role, scope))
            if people:
                persons = [Person(staff.actor_id, staff.name) for staff in people]
                found[place] = Pool(scope, persons)
                break
    return found


def staff_with_role(role: str, branch: str, *, at: datetime) -> Sequence[Staff]:
    """Return who holds `role` at `branch` (a path) or above it, nearest first, by name."""
    holders = _holders([Place(role, branch)], at)
    return [staff for scope in _upwards(branch) for staff in holders.get((role, scope), ())]


def staff_by_actor_ids(ids: Iterable[str]) -> dict[str, Staff]:
    """Return the members of staff behind these actor ids, by id; other actors are left out."""
    keys = [UUID(id.removeprefix("staff:")) for id in ids if id.startswith("staff:")]
    rows = Staff.objects.select_related("branch").filter(pk__in=keys)
    return {staff.actor_id: staff for staff in rows}


def get_staff(employee_number: str) -> Staff:
    """Return the member of staff with this number.

    Raises:
        UnknownStaff: there is none.
    """
    staff = Staff.objects.select_related("branch").filter(employee_number=employee_number).first()
    if staff is None:
        raise UnknownStaff("employee_number", number=employee_number)
    return staff


def list_staff_for(actor: Actor) -> QuerySet[Staff]:
    """Return the staff that `actor` may see: at their branch and below, by branch and number."""
    within = Q(branch__path=actor.branch) | Q(branch__path__startswith=f"{actor.branch}/")
    rows = Staff.objects.select_related("branch").order_by("branch__path", "employee_number")
    return rows.filter(within) if actor.may(READ_STAFF) else rows.none()


def get_branch(code: str) -> Branch:
    """Return the branch with this code.

    Raises:
        UnknownBranch: there is none.
    """
    branch = Branch.objects.filter(code=code).first()
    if branch is None:
        raise UnknownBranch("branch", code=code)
    return branch


def branch_names(paths: Iterable[str]) -> dict[str, str]:
    """Return the names of the branches at these paths."""
    return dict(Branch.objects.filter(path__in=set(paths)).values_list("path", "name"))


@dataclass
class BranchNode:
    """A branch with those below it, by code."""

    branch: Branch
    children: "list[BranchNode]" = field(default_factory=list)


def branch_tree() -> Sequence[BranchNode]:
    """Return the open branches as a tree, the head office first."""
    nodes: dict[UUID, BranchNode] = {}
    roots: list[BranchNode] = []
    branches = Branch.objects.filter(closed_on__isnull=True)
    for branch in sorted(branches, key=lambda branch: branch.path.split("/")):
        node = nodes[branch.id] = BranchNode(branch)
        above = nodes.get(branch.parent_id) if branch.parent_id else None
        (above.children if above else roots).append(node)
    return roots


def _handbook(at: datetime) -> Handbook:
    # Before the first version is published nobody holds a role, but logins already work.
    try:
        return handbook_at(at)
    except NothingPublished:
        return _EMPTY


def _grants_at(at: datetime) -> QuerySet[RoleGrant]:
    is_held = Q(since_at__lte=at) & (Q(until_at__isnull=True) | Q(until_at__gt=at))
    return RoleGrant.objects.select_related("branch").filter(is_held).order_by("id")


def _own_authority(actor_id: str, at: datetime) -> Mapping[str, AuthorityGrant]:
    """Return the grants in force of one person by kind, read once in a unit."""
    if not actor_id.startswith("staff:"):
        return {}
    unit = opened()
    key = ("organisation.authority", actor_id, at)
    if unit is not None and key in unit.memo:
        return unit.memo[key]  # type: ignore[no-any-return]
    is_held = Q(since_at__lte=at) & (Q(until_at__isnull=True) | Q(until_at__gt=at))
    rows = AuthorityGrant.objects.filter(is_held, staff=UUID(actor_id.removeprefix("staff:")))
    # The latest of overlapping ones counts.
    grants = {grant.kind: grant for grant in rows.order_by("since_at", "id")}
    if unit is not None:
        unit.memo[key] = grants
    return grants


def _holders(places: Collection[Place], at: datetime) -> Mapping[tuple[str, str], list[Staff]]:
    """Return who holds the roles at the branches of `places` or above, in one query."""
    roles = {place.role for place in places}
    scopes = {scope for place in places for scope in _upwards(place.branch)}
    grants = (
        _grants_at(at)
        .select_related("staff", "branch")
        .filter(role__in=roles, branch__path__in=scopes, staff__is_active=True)
        .order_by("staff__name", "staff_id")
    )
    holders: dict[tuple[str, str], list[Staff]] = {}
    for grant in grants:
        people = holders.setdefault((grant.role, grant.branch.path), [])
        if grant.staff not in people:
            people.append(grant.staff)
    return holders


def _upwards(path: str) -> Sequence[str]:
    """Return `path` and the paths above it, nearest first."""
    codes = path.split("/")
    return ["/".join(codes[:length]) for length in range(len(codes), 0, -1)]


def _widest(limits: Iterable[Decimal | None]) -> Decimal | None:
    """Return the largest limit; None is without end."""
    known = list(limits)
    return None if None in known else max(limit for limit in known if limit is not None)
