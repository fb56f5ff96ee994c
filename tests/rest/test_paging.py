"""Pages follow each other by a signed position."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from baocheng.rest.paging import CursorInvalid, page_of, position_of

ROWS = [(day, number) for day in range(4) for number in range(3)]


def read(address, limit):
    request = RequestFactory().get(address)
    behind = position_of(request.GET.get("cursor"), request)
    rows = [row for row in ROWS if behind is None or list(row) > behind]
    return page_of(
        rows[: limit + 1],
        limit=limit,
        position=lambda row: row,
        shown=lambda row: f"{row[0]}-{row[1]}",
        request=request,
    )


@given(limit=st.integers(1, 15))
def test_pages_together_are_the_list(limit):
    address, items = "/api/v1/claims?state=OPEN", []
    while address:
        page = read(address, limit)
        items += page.items
        address = page.next

    assert items == [f"{day}-{number}" for day, number in ROWS]


def test_next_page_keeps_the_filters():
    query = parse_qs(urlsplit(read("/api/v1/claims?state=OPEN&limit=5", 5).next).query)

    assert query["state"] == ["OPEN"]
    assert query["limit"] == ["5"]


@pytest.mark.parametrize("change", [lambda cursor: cursor + "x", lambda cursor: "", str.swapcase])
def test_changed_cursor_is_refused(change):
    address = read("/api/v1/claims", 5).next
    [cursor] = parse_qs(urlsplit(address).query)["cursor"]

    with pytest.raises(CursorInvalid):
        position_of(change(cursor), RequestFactory().get("/api/v1/claims"))


def test_cursor_of_another_list_is_refused():
    [cursor] = parse_qs(urlsplit(read("/api/v1/claims", 5).next).query)["cursor"]

    with pytest.raises(CursorInvalid):
        position_of(cursor, RequestFactory().get("/api/v1/policies"))
