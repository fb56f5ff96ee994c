"""Raise and lower the authority of one person for a time."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from baocheng.areas.organisation.events import AuthorityEnded, AuthoritySet
from baocheng.areas.organisation.models import AuthorityGrant, Staff
from baocheng.areas.organisation.operations.roles import PeriodIsEmpty, require_other_person
from baocheng.areas.organisation.permissions import SET_AUTHORITY, require
from baocheng.engine.journal.record import record
from baocheng.engine.publishing.handbook import nearest
from baocheng.engine.publishing.versions import handbook_at
from baocheng.engine.streams import Actor
from baocheng.engine.unit import refuse_on, unit
from baocheng.kernel.money import parse_amount
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _


class UnknownAuthority(Problem):
    """The handbook limits no such kind of amount."""

    code = "organisation.unknown_authority"
    message = _("服务手册中没有“{kind}”这类权限{hint}")


class ReasonRequired(Problem):
    """An exception from the handbook needs a reason."""

    code = "organisation.reason_required"
    message = _("请填写调整权限的原因。")


refuse_on("organisation_authority_grant_once", Conflict)


def set_authority(
    *,
    staff: Staff,
    kind: str,
    per_stream: Decimal,
    per_payee_day: Decimal | None = None,
    since_at: datetime | None = None,
    until_at: datetime | None = None,
    reason: str,
    by: Actor,
    at: datetime,
) -> AuthorityGrant:
    """Replace, for one person and a time, what their roles may approve of this kind.

    It replaces the one without an end that they had before, if any.

    Raises:
        OwnGrant, HasLeft, ReasonRequired, PeriodIsEmpty, UnknownAuthority, InvalidAmount: see
            there.
    """
    require(by, SET_AUTHORITY, branch=staff.branch.path)
    require_other_person(staff, by)
    if not reason.strip():
        raise ReasonRequired("reason")
    begins_at = since_at or at
    if until_at is not None and until_at <= begins_at:
        raise PeriodIsEmpty("until_at")
    kinds = {limit.kind for limit in handbook_at(at).all("authority")}
    if kind not in kinds:
        raise UnknownAuthority("kind", kind=kind, hint=nearest(kind, kinds) or gettext("。"))
    grant = AuthorityGrant(
        staff=staff,
        kind=kind,
        per_stream_amount=parse_amount(per_stream, "per_stream"),
        per_payee_day_amount=(
            None if per_payee_day is None else parse_amount(per_payee_day, "per_payee_day")
        ),
        since_at=begins_at,
        until_at=until_at,
        reason=reason.strip(),
        granted_by=by.id,
    )
    with unit() as writing:
        open_ended = AuthorityGrant.objects.filter(staff=staff, kind=kind, until_at__isnull=True)
        if until_at is None:
            for former in open_ended:
                former.until_at = max(begins_at, former.since_at)
                writing.change(former, "until_at")
            # The database allows one without an end: the former ends before this one is written.
            writing.flush()
        writing.add(grant)
        changed = AuthoritySet(
            name=staff.name,
            kind=kind,
            per_stream=grant.per_stream_amount,
            per_payee_day=grant.per_payee_day_amount,
            since_at=begins_at,
            until_at=until_at,
            reason=grant.reason,
            grant_id=grant.id,
        )
        record(changed, stream=staff.stream, by=by, at=at)
    return grant


def end_authority(*, grant: AuthorityGrant, by: Actor, at: datetime) -> AuthorityGrant:
    """End a person's own authority at once: their roles count again."""
    require(by, SET_AUTHORITY, branch=grant.staff.branch.path)
    require_other_person(grant.staff, by)
    with unit() as writing:
        grant.until_at = max(at, grant.since_at)
        writing.change(grant, "until_at")
        ended = AuthorityEnded(name=grant.staff.name, kind=grant.kind, grant_id=grant.id)
        record(ended, stream=grant.staff.stream, by=by, at=at)
    return grant
