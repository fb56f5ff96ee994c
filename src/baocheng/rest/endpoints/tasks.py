"""任务: my worklist, one task with its form, claiming, drafts, completing."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from baocheng.engine.processes.operations import complete_task
from baocheng.engine.processes.registry import find_kind
from baocheng.engine.publishing.versions import handbook
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.work.drafts import find_draft, save_draft
from baocheng.engine.work.enums import ItemState, Party, Reach
from baocheng.engine.work.forms import WITH_OPTIONS, Form, FormField, options_of
from baocheng.engine.work.items import claim_item, release_item
from baocheng.engine.work.models import WorkItem
from baocheng.engine.work.worklists import WorklistFilter, get_item_for, worklist
from baocheng.kernel.time import now
from baocheng.rest.conditions import IfMatch, etag, require_match
from baocheng.rest.exact_json import plain
from baocheng.rest.paging import Cursor, Limit, Page, next_page, position_of
from baocheng.rest.schema import Amount, Code, Given, GivenMoment, Moment
from baocheng.rest.tokens import Bearer, Request, Scope

router = Router()
_READ, _WRITE = Bearer(Scope.TASKS_READ), Bearer(Scope.TASKS_WRITE)

Text = Annotated[str, Query("", max_length=120)]


class StreamRef(BaseModel):
    """What the task is about."""

    kind: str
    id: UUID


class TaskRow(BaseModel):
    """A task in a list."""

    id: UUID
    title: str
    state: Code
    state_label: str
    stream: StreamRef
    summary: dict[str, Any] = Field(description="案件摘要，已脱敏。")
    process: str
    element: str
    form: str
    role: str
    branch: str
    queue: str
    assignee: str
    assignee_name: str
    ball_with: Code
    priority: int
    amount: Amount | None
    opened_at: Moment
    due_at: Moment | None
    completed_at: Moment | None
    revision: int


class OptionShown(BaseModel):
    """A choice."""

    value: str
    label: str
    help: str
    is_required: bool = Field(description="核对项：必须勾选。")


class FieldShown(BaseModel):
    """A question of a form."""

    name: str
    label: str
    type: str
    is_required: bool
    help: str
    min: str | None
    max: str | None
    options: list[OptionShown]
    columns: "list[FieldShown]" = Field(description="明细的各列。")


class FormShown(BaseModel):
    """What the task asks for."""

    id: str
    title: str
    help: str
    fields: list[FieldShown]


class TaskShown(TaskRow):
    """A task with its form, what is known of the case, and the caller's draft."""

    form_definition: FormShown | None
    facts: dict[str, Any]
    draft: dict[str, Any] | None


class Answers(Given):
    """Answers to a form, by field."""

    answers: dict[str, Any] = Field(description="按字段名；金额与日期写作文本。")


class Completion(Answers):
    """A form handed in."""

    revision: int | None = Field(
        None, ge=0, le=2_147_483_647, description="读取任务时的 revision；与 If-Match 二者取一。"
    )


@router.get("", auth=_READ, response=Page[TaskRow], summary="我的任务，期限最紧的在前")
def list_mine(
    request: Request,
    *,
    limit: Limit,
    cursor: Cursor,
    reach: Annotated[Reach, Query(Reach.MINE_AND_POOL)],
    role: Text,
    queue: Text,
    process: Text,
    element: Text,
    ball_with: Annotated[Party | None, Query(None)],
    due_before: Annotated[GivenMoment | None, Query(None)],
) -> Page[TaskRow]:
    narrowed = WorklistFilter(
        reach=reach,
        role=role,
        queue=queue,
        process=process,
        element=element,
        ball_with=ball_with,
        due_before=due_before,
    )
    behind = position_of(cursor, request)
    page = worklist(
        request.auth.actor, narrowed, after=str(behind[0]) if behind else "", limit=limit
    )
    return Page[TaskRow](
        items=[TaskRow(**_row(item)) for item in page.items],
        next=next_page([page.after], limit=limit, request=request) if page.after else None,
    )


@router.get("/{id}", auth=_READ, response=TaskShown, summary="一项任务：表单、案情与草稿")
def read(request: Request, response: HttpResponse, id: UUID) -> TaskShown:
    actor = request.auth.actor
    return _shown(get_item_for(actor, id), actor, response)


@router.post("/{id}/claim", auth=_WRITE, response=TaskShown, summary="领取")
def claim(request: Request, response: HttpResponse, id: UUID) -> TaskShown:
    actor = request.auth.actor
    get_item_for(actor, id)
    return _shown(claim_item(id, by=actor, at=now()), actor, response)


@router.post("/{id}/release", auth=_WRITE, response=TaskRow, summary="退回待办池")
def release(request: Request, id: UUID) -> TaskRow:
    actor = request.auth.actor
    get_item_for(actor, id)
    return TaskRow(**_row(release_item(id, by=actor, at=now())))


@router.put("/{id}/draft", auth=_WRITE, response=TaskShown, summary="保存草稿")
def keep_draft(
    request: Request, response: HttpResponse, id: UUID, given: Answers, if_match: IfMatch
) -> TaskShown:
    actor = request.auth.actor
    item = get_item_for(actor, id)
    require_match(if_match, _etag(item, _draft(item, actor)))
    save_draft(given.answers, form=item.form, item_id=item.id, by=actor, at=now())
    return _shown(item, actor, response)


@router.post("/{id}/complete", auth=_WRITE, response=TaskRow, summary="提交")
def complete(request: Request, id: UUID, given: Completion, if_match: IfMatch) -> TaskRow:
    actor = request.auth.actor
    item = get_item_for(actor, id)
    if given.revision is None:
        require_match(if_match, _etag(item, _draft(item, actor)))
    revision = item.revision if given.revision is None else given.revision
    complete_task(id, given.answers, by=actor, at=now(), revision=revision)
    item.refresh_from_db()
    return TaskRow(**_row(item))


def _draft(item: WorkItem, actor: Actor) -> dict[str, Any] | None:
    return find_draft(form=item.form, by=actor, item_id=item.id)


def _etag(item: WorkItem, draft: Mapping[str, Any] | None) -> str:
    # The draft is the caller's own part of the task: who saves over it must have seen it.
    return etag(item.id, item.revision, draft)


def _row(item: WorkItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "state": item.state,
        "state_label": str(ItemState(item.state).label),
        "stream": StreamRef(kind=item.stream_kind, id=item.stream_id),
        "summary": item.summary,
        "process": item.process,
        "element": item.element,
        "form": item.form,
        "role": item.role,
        "branch": item.branch,
        "queue": item.queue,
        "assignee": item.assignee,
        "assignee_name": item.assignee_name,
        "ball_with": item.ball_with,
        "priority": item.priority,
        "amount": item.amount,
        "opened_at": item.opened_at,
        "due_at": item.due_at,
        "completed_at": item.completed_at,
        "revision": item.revision,
    }


def _shown(item: WorkItem, actor: Actor, response: HttpResponse) -> TaskShown:
    draft = _draft(item, actor)
    response["ETag"] = _etag(item, draft)
    form: Form | None = None
    if item.form and item.handbook_version is not None:
        form = handbook(item.handbook_version).find("form", item.form)
    return TaskShown(
        **_row(item),
        form_definition=_form(form, item.stream) if form else None,
        facts=plain(_facts(item.stream)),
        draft=draft,
    )


def _facts(stream: Stream) -> Mapping[str, Any]:
    kind = find_kind(stream.kind)
    subject = kind.load([stream.id]).get(stream.id) if kind else None
    return kind.facts(subject) if kind and subject is not None else {}


def _form(form: Form, stream: Stream) -> FormShown:
    return FormShown(
        id=form.id,
        title=form.title,
        help=form.help,
        fields=[_field(field, stream) for field in form.fields],
    )


def _field(field: FormField, stream: Stream) -> FieldShown:
    options = options_of(field, stream) if field.type in WITH_OPTIONS else ()
    return FieldShown(
        name=field.name,
        label=field.label,
        type=field.type,
        is_required=field.is_required,
        help=field.help,
        min=None if field.min is None else str(field.min),
        max=None if field.max is None else str(field.max),
        options=[
            OptionShown(
                value=option.value,
                label=option.label,
                help=option.help,
                is_required=option.is_required,
            )
            for option in options
        ],
        columns=[_field(column, stream) for column in field.columns],
    )
