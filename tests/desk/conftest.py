"""A company to work in, built once for the module, and people of it in front of a browser."""

from collections.abc import Callable, Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from baocheng.areas.organisation.models import Staff
from baocheng.demo import company as demo
from baocheng.engine.publishing.defaults import publish_default
from baocheng.kernel.time import SHANGHAI, frozen

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Build the demonstration company in a transaction around all tests of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        with frozen(NOON):
            publish_default(settings.HANDBOOK, at=NOON)
            demo.build()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def noon(company: None, db: None) -> Iterator[datetime]:
    """Hold the clock still at the moment for which the company was built."""
    with frozen(NOON):
        yield NOON


@pytest.fixture
def seat(noon: datetime) -> Callable[[str], Client]:
    """Return a function that puts somebody of the cast in front of a browser, signed in."""

    def sit(login: str) -> Client:
        client = Client()
        staff = Staff.objects.select_related("user").get(user__username=login)
        assert staff.user is not None
        client.force_login(staff.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sit


@pytest.fixture
def htmx() -> SimpleNamespace:
    """The headers by which a part of a page is asked for."""
    return SimpleNamespace(headers={"HX-Request": "true"})
