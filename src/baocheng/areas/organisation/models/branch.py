"""The branch."""

from typing import ClassVar

from django.db import models

from baocheng.areas.organisation.enums import BranchLevel
from baocheng.engine.fields import CodeField
from baocheng.engine.streams import Stream
from baocheng.kernel.ids import new_id


class Branch(models.Model):
    """A branch (机构) in the tree; `path` holds the codes from the head office down to it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=120, unique=True)
    level = CodeField(choices=BranchLevel)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "organisation_branch"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="organisation_branch_code_digits", condition=models.Q(code__regex="^[0-9]+$")
            ),
            models.CheckConstraint(
                name="organisation_branch_head_office",
                condition=models.Q(parent__isnull=False) | models.Q(level=BranchLevel.HEAD_OFFICE),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> Stream:
        return Stream("branch", self.id)

    @property
    def is_open(self) -> bool:
        return self.closed_on is None
