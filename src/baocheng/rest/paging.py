"""Keyset paging: an opaque signed cursor says where a page begins; nothing is ever counted."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.core import signing
from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

LIMIT_MAX = 200

Limit = Annotated[int, Query(50, ge=1, le=LIMIT_MAX, description="每页条数。")]
Cursor = Annotated[
    str | None, Query(None, max_length=2000, description="上一页答复中 next 里的游标。")
]

T = TypeVar("T")
R = TypeVar("R")


class CursorInvalid(Problem):
    """The cursor was not made by this list."""

    code = "rest.cursor_invalid"
    message = _("翻页游标无效，请从第一页重新读取。")
    status = 400


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(description="下一页的地址；没有下一页时为 null。")


def position_of(cursor: str | None, request: HttpRequest) -> list[Any] | None:
    """Return the sort key behind which the page begins, None for the first page.

    Raises:
        CursorInvalid: the cursor is changed or belongs to another list.
    """
    if cursor is None:
        return None
    try:
        position: list[Any] = signing.loads(cursor, salt=_salt(request))
    except signing.BadSignature:
        raise CursorInvalid("cursor") from None
    return position


def page_of(
    rows: Sequence[R],
    *,
    limit: int,
    position: Callable[[R], Sequence[str | int]],
    shown: Callable[[R], T],
    request: HttpRequest,
) -> Page[T]:
    """Return the page of `rows`, which were read with one more than `limit`.

    Args:
        position: the sort key of a row, by which `position_of` finds the next page.
        shown: the row as the list shows it.
    """
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = next_page(position(page[-1]), limit=limit, request=request)
    return Page[Any](items=[shown(row) for row in page], next=following)


def next_page(position: Sequence[str | int], *, limit: int, request: HttpRequest) -> str:
    """Return the address of the page that begins behind `position`, with the same filters."""
    query = request.GET.copy()
    query["cursor"] = signing.dumps(list(position), salt=_salt(request))
    query["limit"] = str(limit)
    return f"{request.path}?{query.urlencode()}"


def _salt(request: HttpRequest) -> str:
    return f"rest.cursor:{request.path}"
