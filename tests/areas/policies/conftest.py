"""A published handbook with the default products, and people who may work with policies."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from baocheng.areas.policies.bitemporal import Insured
from baocheng.areas.policies.operations.issuing import NewPolicy
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.permissions import APPROVE_HANDBOOK, PUBLISH_HANDBOOK
from baocheng.engine.publishing.versions import publish
from baocheng.engine.streams import Actor
from baocheng.kernel.ids import new_id
from baocheng.kernel.time import SHANGHAI

JAN = datetime(2026, 1, 1, tzinfo=SHANGHAI)
NEXT_JAN = datetime(2027, 1, 1, tzinfo=SHANGHAI)
BRANCH = "1/110/110101"
UNDERWRITER = Actor(
    id="staff:underwriter",
    name="李强",
    branch=BRANCH,
    permissions=frozenset(
        f"policies.{verb}_policy" for verb in ("read", "issue", "endorse", "cancel")
    ),
)


@pytest.fixture
def handbook(db: None) -> Handbook:
    """Publish the default products, effective long ago."""
    folder = Path(settings.HANDBOOK) / "products"
    handbook = Handbook({f"products/{path.name}": path.read_text() for path in folder.iterdir()})
    publisher = Actor(id="staff:1", permissions=frozenset({PUBLISH_HANDBOOK}))
    approver = Actor(id="staff:2", permissions=frozenset({APPROVE_HANDBOOK}))
    early = datetime(2020, 1, 1, tzinfo=SHANGHAI)
    publish(handbook, effective_at=early, approved_by=approver, by=publisher, at=early)
    return handbook


@pytest.fixture
def new_policy() -> Callable[..., NewPolicy]:
    """Return what a motor policy of 2026 is issued from."""

    def make(**changes: Any) -> NewPolicy:
        holder = new_id()
        values: dict[str, Any] = {
            "product": "motor",
            "holder_id": holder,
            "holder_name": "王芳",
            "starts_at": JAN,
            "ends_at": NEXT_JAN,
            "insureds": [Insured(party_id=holder, name="王芳", plate="京A12345")],
            "covers": [
                CoverageTerms(coverage="compulsory"),
                CoverageTerms(
                    coverage="third_party", amounts={"sum_insured": Decimal("500000.00")}
                ),
            ],
            "premium_amount": Decimal("2950.00"),
        }
        return NewPolicy(**{**values, **changes})

    return make
