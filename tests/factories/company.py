"""The company with its standing cast: 赵敏 handles, 陈静 supervises, 孙立 is at the head office."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings

from baocheng.areas.customers.models import Party
from baocheng.areas.customers.operations.accounts import add_bank_account
from baocheng.areas.customers.operations.registration import NewPerson, register_person
from baocheng.areas.organisation.models import Branch
from baocheng.areas.organisation.operations import founding
from baocheng.areas.organisation.operations.roles import grant_role
from baocheng.areas.organisation.operations.staff import hire_staff
from baocheng.areas.organisation.queries import actor_of, get_staff
from baocheng.areas.policies.bitemporal import Insured
from baocheng.areas.policies.models import Policy
from baocheng.areas.policies.operations.issuing import NewPolicy, issue_policy
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.demo import cast
from baocheng.demo import company as demonstration
from baocheng.engine.publishing.defaults import publish_default
from baocheng.engine.streams import Actor
from baocheng.kernel.time import SHANGHAI

# A Friday before the long holiday of October 2025: 09-28 is a working Sunday.
FRIDAY = datetime(2025, 9, 26, 10, 0, tzinfo=SHANGHAI)
YEAR_START = datetime(2025, 1, 1, tzinfo=SHANGHAI)
YEAR_END = datetime(2026, 1, 1, tzinfo=SHANGHAI)


def ensure_company() -> None:
    """Publish the default handbook and take on the cast, unless that was done."""
    if not founding.is_founded():
        at = YEAR_START - timedelta(days=30)
        publish_default(settings.HANDBOOK, at=at)
        demonstration.found(at)


def act(login: str, at: datetime = FRIDAY) -> Actor:
    """Return a member of the cast as an actor."""
    return cast.act(login, at)


def a_person(name: str = "王芳") -> Party:
    """Register a person with a bank account."""
    at = YEAR_START - timedelta(days=20)
    by = act("wujie", at)
    party = register_person(person=NewPerson(name=name, phone="13800000000"), by=by, at=at)
    add_bank_account(party=party, number=a_card(name), bank="示范银行", by=by, at=at)
    return party


MEDICAL = (CoverageTerms(coverage="general_medical"),)


def a_policy(
    product: str = "motor",
    covers: tuple[CoverageTerms, ...] = demonstration.MOTOR,
    name: str = "王芳",
    holder: Party | None = None,
) -> Policy:
    """Issue a policy of `product` for the year 2025, to a new person unless one is given."""
    at = YEAR_START - timedelta(days=10)
    holder = holder or a_person(name)
    new = NewPolicy(
        product=product,
        holder_id=holder.id,
        holder_name=holder.name,
        starts_at=YEAR_START,
        ends_at=YEAR_END,
        insureds=[Insured(party_id=holder.id, name=holder.name, has_social_insurance=True)],
        covers=covers,
        premium_amount=Decimal("980.00"),
    )
    return issue_policy(policy=new, by=act("wujie", at), at=at)


def a_medical_policy(holder: Party | None = None) -> Policy:
    """Issue a 百万医疗 policy for the year 2025."""
    return a_policy("million_medical", MEDICAL, holder=holder)


def a_card(owner: str) -> str:
    """Return a right card number, always the same for the same owner."""
    return demonstration.card_number(Random(owner))  # noqa: S311 (nobody's card)


def a_colleague(login: str, *roles: str, branch: str = "31") -> Actor:
    """Take on somebody outside of the cast with these roles, and return them as an actor."""
    at = YEAR_START - timedelta(days=30)
    place = Branch.objects.get(code=branch)
    staff = hire_staff(
        employee_number=f"X-{login}",
        name=login,
        branch=place,
        username=login,
        by=founding.FOUNDER,
        at=at,
    )
    for role in roles:
        grant_role(staff=staff, role=role, branch=place, by=founding.FOUNDER, at=at)
    user = get_staff(f"X-{login}").user
    assert user is not None
    return actor_of(user, at=FRIDAY)
