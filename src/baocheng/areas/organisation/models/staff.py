"""The member of staff."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from baocheng.areas.organisation.models.branch import Branch
from baocheng.engine.streams import Stream
from baocheng.kernel.ids import new_id


class Staff(models.Model):
    """A member of staff (员工); the login is Django's user, which only faces touch."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="staff"
    )
    employee_number = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="staff")
    is_active = models.BooleanField(default=True)
    joined_on = models.DateField()
    left_on = models.DateField(null=True)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "organisation_staff"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="organisation_staff_active_or_left",
                condition=models.Q(is_active=True, left_on__isnull=True)
                | models.Q(is_active=False, left_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> Stream:
        return Stream("staff", self.id)

    @property
    def actor_id(self) -> str:
        """Return the id under which this person acts."""
        return f"staff:{self.id}"
