"""Addresses of things, empty for those who may not go there: a page leads to no refusal."""

from uuid import UUID

from django.urls import reverse

from baocheng.areas.claims import permissions as claims
from baocheng.areas.customers import permissions as customers
from baocheng.areas.policies import permissions as policies
from baocheng.engine.streams import Actor


def claim(actor: Actor, number: str | None) -> str:
    """Return the address of a claim."""
    return reverse("desk:case", args=[number]) if number and actor.may(claims.READ) else ""


def document(actor: Actor, id: object) -> str:
    """Return the address of a document of a claim."""
    return reverse("desk:document", args=[id]) if actor.may(claims.READ) else ""


def policy(actor: Actor, number: str) -> str:
    """Return the address of a policy."""
    return reverse("desk:policy", args=[number]) if number and actor.may(policies.READ) else ""


def customer(actor: Actor, id: UUID | None) -> str:
    """Return the address of a customer."""
    return reverse("desk:customer", args=[id]) if id and actor.may(customers.READ) else ""
