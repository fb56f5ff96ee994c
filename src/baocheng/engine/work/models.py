"""Work items, drafts, recusals and the uses of authority."""

from datetime import UTC, datetime
from typing import ClassVar

from django.db import models

from baocheng.engine.fields import AmountField, CodeField, EncryptedField
from baocheng.engine.streams import Stream
from baocheng.engine.work.enums import OPEN_STATES, AuthorityScope, ItemState, Party
from baocheng.kernel.ids import new_id

# Where an item without a deadline sorts: behind every item that has one.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class ByDeadline(models.Func):
    """What worklists sort by; their indexes are built on the very same expression."""

    # A literal, no parameter: an index only fits what the planner can see.
    template = "COALESCE(%(expressions)s, '9999-12-31 00:00:00+00'::timestamptz)"
    output_field = models.DateTimeField()

    def __init__(self) -> None:
        super().__init__("due_at")


class WorkItem(models.Model):
    """A human task (任务) waiting for, or done by, one person.

    `branch` and `role` name the pool it waits in, `queue` an optional part of that pool;
    `candidates` narrows the pool to these actors and `separate_from` names the elements or forms
    whose doers may not do this one. `due_at` is the tightest clock of the stream, kept by
    `set_deadlines`. `summary` holds what lists show, masked where it is personal.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    token_id = models.UUIDField(null=True)
    process = models.CharField(max_length=80, blank=True)
    element = models.CharField(max_length=120, blank=True)
    form = models.CharField(max_length=80, blank=True)
    handbook_version = models.IntegerField(null=True)
    title = models.CharField(max_length=120)
    role = models.CharField(max_length=80)
    branch = models.CharField(max_length=120, blank=True)
    queue = models.CharField(max_length=80, blank=True)
    candidates = models.JSONField(default=list)
    separate_from = models.JSONField(default=list)
    assignee = models.CharField(max_length=80, blank=True)
    assignee_name = models.CharField(max_length=80, blank=True)
    state = CodeField(choices=ItemState, default=ItemState.OPEN)
    ball_with = CodeField(choices=Party, default=Party.US)
    priority = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    amount = AmountField(null=True)
    summary = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_by = models.CharField(max_length=80, blank=True)
    completed_on_behalf_of = models.CharField(max_length=80, blank=True)
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "work_item"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="work_item_claimed_has_assignee",
                condition=~models.Q(state=ItemState.CLAIMED, assignee=""),
            ),
            models.CheckConstraint(
                name="work_item_open_has_no_assignee",
                condition=~models.Q(state=ItemState.OPEN) | models.Q(assignee=""),
            ),
        ]
        # Each worklist is one stretch of one index, read in order from the cursor on.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                "assignee",
                ByDeadline(),
                "id",
                name="work_item_mine",
                condition=models.Q(state=ItemState.CLAIMED),
            ),
            models.Index(
                "branch",
                "role",
                ByDeadline(),
                "id",
                name="work_item_pool",
                condition=models.Q(state=ItemState.OPEN),
            ),
            models.Index(
                "branch",
                ByDeadline(),
                "id",
                name="work_item_team",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.Index(fields=["stream_id", "opened_at"], name="work_item_stream"),
            models.Index(
                fields=["token_id"],
                name="work_item_token",
                condition=models.Q(token_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def stream(self) -> Stream:
        return Stream(self.stream_kind, self.stream_id)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class Draft(models.Model):
    """Answers not yet handed in, kept for one person until the form is completed.

    It belongs to a work item, or to a form filled before there is one (a loss report). Answers are
    personal: they are sealed in the database.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    item_id = models.UUIDField(null=True)
    form = models.CharField(max_length=80)
    stream_kind = models.CharField(max_length=40, blank=True)
    stream_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=80)
    answers = EncryptedField()
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "work_draft"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["actor", "form", "item_id", "stream_id"],
                nulls_distinct=False,
                name="work_draft_one_each",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["item_id"], name="work_draft_item"),
        ]

    def __str__(self) -> str:
        return f"{self.form} · {self.actor}"


class Recusal(models.Model):
    """A person who may neither see nor touch what is done on a stream (回避)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    actor = models.CharField(max_length=80)
    reason = models.CharField(max_length=200)
    recused_by = models.CharField(max_length=80)
    recused_at = models.DateTimeField()

    class Meta:
        db_table = "work_recusal"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["stream_id", "actor"], name="work_recusal_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["actor", "stream_id"], name="work_recusal_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} · {self.stream_kind}"


class AuthorityUse(models.Model):
    """An amount that somebody approved on their authority; `reference` is what it was for.

    Approving the same reference again replaces the amount: it counts once.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=80)
    reference = models.UUIDField()
    stream_kind = models.CharField(max_length=40)
    stream_id = models.UUIDField()
    payee = models.CharField(max_length=120, blank=True)
    used_on = models.DateField()
    amount = AmountField()
    actor = models.CharField(max_length=80)
    used_at = models.DateTimeField()

    class Meta:
        db_table = "work_authority_use"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "reference"], name="work_authority_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stream_id"], name="work_authority_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class AuthorityTotal(models.Model):
    """What the uses of one kind of authority add up to: on a stream, or for a payee on a day.

    The row is locked while a use is decided, so that two approvals cannot both see the old sum.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=80)
    scope = CodeField(choices=AuthorityScope)
    key = models.CharField(max_length=160)
    total = AmountField()

    class Meta:
        db_table = "work_authority_total"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "scope", "key"], name="work_authority_total_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.total}"
