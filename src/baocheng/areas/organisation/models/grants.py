"""What a person is given for a time: roles and authority of their own."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from baocheng.areas.organisation.models.branch import Branch
from baocheng.areas.organisation.models.staff import Staff
from baocheng.engine.fields import AmountField, CodeField
from baocheng.kernel.ids import new_id


class RoleGrant(models.Model):
    """A role (岗位) that a person holds at a branch and all below it, from `since_at` on.

    `until_at` is the first moment without it; None while no end is set.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="role_grants")
    role = CodeField()
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="role_grants")
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=80)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "organisation_role_grant"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="organisation_role_grant_once",
                fields=["staff", "role", "branch"],
                condition=Q(until_at__isnull=True),
            ),
            models.CheckConstraint(
                name="organisation_role_grant_period",
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("since_at")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["role", "branch"], name="organisation_role_holders"),
        ]

    def __str__(self) -> str:
        return str(self.role)


class AuthorityGrant(models.Model):
    """An authority (权限额度) that replaces, for one person and a time, what their roles give.

    `per_payee_day_amount` is None where only the amount per stream is limited.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="authority_grants")
    kind = CodeField()
    per_stream_amount = AmountField()
    per_payee_day_amount = AmountField(null=True)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    granted_by = models.CharField(max_length=80)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "organisation_authority_grant"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="organisation_authority_grant_once",
                fields=["staff", "kind"],
                condition=Q(until_at__isnull=True),
            ),
            models.CheckConstraint(
                name="organisation_authority_grant_period",
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("since_at")),
            ),
            models.CheckConstraint(
                name="organisation_authority_grant_amounts",
                condition=Q(per_stream_amount__gte=0)
                & (Q(per_payee_day_amount__isnull=True) | Q(per_payee_day_amount__gte=0)),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["staff", "kind"], name="organisation_authority_staff"),
        ]

    def __str__(self) -> str:
        return str(self.kind)
