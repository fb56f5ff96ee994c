"""How many statements a claim costs: a literal number, so that one more is seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baocheng.areas.billing.operations.payments import confirm_payments
from baocheng.areas.claims.enums import ClaimState
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.operations import reporting
from baocheng.areas.claims.operations.reporting import LossReport, report_claims
from baocheng.areas.policies.models import Policy
from factories.claims import a_line, a_report, an_undrawn_id
from factories.company import FRIDAY, a_policy, act

pytestmark = pytest.mark.django_db(transaction=True)

# What a process looks up once a second or once a minute, whatever it does meanwhile.
_SELDOM = ("publishing_handbookversion", "organisation_branch")
AMOUNTS = ("310.10", "420.25", "530.00", "99.99")


def claims_of_four_lines(policies: list[Policy], count: int, mark: str) -> list[LossReport]:
    return [
        a_report(
            policies[place % len(policies)],
            [a_line(amount=amount, invoice=f"{mark}{place}{amount}") for amount in AMOUNTS],
        )
        for place in range(count)
    ]


def statements(reports: list[LossReport]) -> int:
    """Report these claims and confirm their payments; return the statements that took."""
    by, cashier = act("zhouting"), act("zhengyi")
    with CaptureQueriesContext(connection) as captured:
        claims = report_claims(reports=reports, by=by, at=FRIDAY)
        ids = [claim.id for claim in claims if isinstance(claim, Claim)]
        confirm_payments(stream_ids=ids, by=cashier, at=FRIDAY)
    closed = Claim.objects.filter(pk__in=ids, state=ClaimState.CLOSED)
    assert closed.count() == len(reports)
    sent = [query["sql"] for query in captured.captured_queries]
    assert [sql for sql in sent if sql in ("BEGIN", "COMMIT")] == ["BEGIN", "COMMIT"] * 2
    return len([sql for sql in sent if sql not in ("BEGIN", "COMMIT") and not _is_seldom(sql)])


def _is_seldom(sql: str) -> bool:
    return any(f'FROM "{table}"' in sql for table in _SELDOM)


def test_statements_of_an_automatic_claim_from_report_to_closing(
    company: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A return visit, which chance decides on, would keep a claim open.
    monkeypatch.setattr(reporting, "new_id", an_undrawn_id)
    policies = [a_policy(name=name) for name in ("王芳", "李伟", "张静")]
    statements(claims_of_four_lines(policies, 1, "first"))

    one = statements(claims_of_four_lines(policies, 1, "one"))
    twenty = statements(claims_of_four_lines(policies, 20, "twenty"))

    assert (one, twenty) == (40, 40)
