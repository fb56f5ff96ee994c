"""Lists kept in the address: filters, tabs, and the next page by key."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from baocheng.desk.rows.work import Filter
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.ui.components import Choice, Tab

PAGE = 50
Row = TypeVar("Row", bound=Model)


class InvalidPlace(Problem):
    """The address names a place in the list that cannot be."""

    code = "desk.invalid_place"
    message = _("翻页位置无效，请从第一页重新查看。")


class Kept(NamedTuple):
    """A page of rows, and the key behind which the next one begins."""

    rows: list[Any]
    after: str


def page_of(rows: QuerySet[Row], after: str, limit: int = PAGE) -> Kept:
    """Return a page of rows that are ordered newest first."""
    if after:
        try:
            rows = rows.filter(pk__lt=UUID(after))
        except ValueError:
            raise InvalidPlace("after") from None
    found = list(rows[: limit + 1])
    return Kept(found[:limit], str(found[limit - 1].pk) if len(found) > limit else "")


def address(request: HttpRequest, **changed: str) -> str:
    """Return the present address with some of its query changed; an empty value goes away."""
    query = request.GET.copy()
    # A change of what is shown begins at the first page again.
    query.pop("after", None)
    for name, value in changed.items():
        query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}"


def more(request: HttpRequest, after: str) -> str:
    """Return the address of the next page, "" where there is none."""
    return address(request, after=after) if after else ""


def tabs(
    request: HttpRequest,
    labels: Mapping[str, str],
    current: str,
    *,
    name: str = "show",
    counts: Mapping[str, int] | None = None,
) -> Sequence[Tab]:
    """Return one tab per label; the first one is the address without the name."""
    first = next(iter(labels))
    return [
        Tab(
            key=key,
            label=label,
            url=address(request, **{name: "" if key == first else key}),
            is_current=key == current,
            count=(counts or {}).get(key),
        )
        for key, label in labels.items()
    ]


def chosen(request: HttpRequest, labels: Mapping[str, str], name: str = "show") -> str:
    """Return which of the labels the address names, the first where it names none."""
    wanted = request.GET.get(name, "")
    return wanted if wanted in labels else next(iter(labels))


def filter_of(request: HttpRequest, name: str, label: str, choices: Mapping[str, str]) -> Filter:
    """Return one filter as the address sets it."""
    wanted = request.GET.get(name, "")
    return Filter(
        name=name,
        label=label,
        choices=[
            Choice(value=value, label=words, is_chosen=value == wanted)
            for value, words in choices.items()
        ],
    )
