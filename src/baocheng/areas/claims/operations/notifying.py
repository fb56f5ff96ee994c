"""Letters and messages to the customer about a claim."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from time import monotonic
from typing import Any

from django.conf import settings

from baocheng.areas.claims.enums import LiabilityReason
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.organisation.queries import branch_names
from baocheng.areas.products.enums import Reason
from baocheng.engine.documents.letters import prepare_letter
from baocheng.engine.documents.models import Letter
from baocheng.engine.messaging.outbox import queue_message
from baocheng.engine.streams import Actor
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date


def send_letter(
    template: str,
    file: ClaimFile,
    *,
    by: Actor,
    at: datetime,
    **values: Any,
) -> Letter:
    """Prepare a letter and tell the customer that it is there."""
    known = {**_values(file, at), **values}
    letter = prepare_letter(
        stream=file.stream, template=template, values=known, by=by, at=at, version=file.handbook_version
    )
    queue_message(
        stream=file.stream,
        template=template,
        values=known,
        to=_contacts(file),
        attachments=[letter.id],
        by=by,
        at=at,
        version=file.handbook_version,
    )
    return letter


def send_decision(file: ClaimFile, *, by: Actor, at: datetime) -> Letter:
    """Write the decision with the calculation line by line."""
    return send_letter(
        "claim_decision",
        file,
        by=by,
        at=at,
        lines=_lines(file),
    )


def send_refusal(file: ClaimFile, *, by: Actor, at: datetime) -> Letter:
    """Write the refusal with clause, facts and reason."""
    claim, product = file.claim, file.product
    return send_letter(
        "claim_refusal",
        file,
        by=by,
        at=at,
        clause_id=claim.liability_clause,
        clause_text=product.clauses[claim.liability_clause] if product else "",
        reasons=[str(LiabilityReason(claim.liability_reason).label)],
        facts=claim.liability_facts,
    )


def remind(file: ClaimFile, *, items: Sequence[str], by: Actor, at: datetime) -> None:
    """Remind the customer by message of what is missing."""
    queue_message(
        stream=file.stream,
        template="claim_reminder",
        values={**_values(file, at), "items": items},
        to=_contacts(file),
        by=by,
        at=at,
        version=file.handbook_version,
    )


def _contacts(file: ClaimFile) -> dict[str, str]:
    contact = file.claim.reporter_contact
    return {"email" if "@" in contact else "sms": contact} if contact else {}


def _values(file: ClaimFile, at: datetime) -> Mapping[str, Any]:
    claim = file.claim
    return {
        "number": claim.number,
        "customer_name": claim.insured_name or claim.reporter_name,
        "insured_name": claim.insured_name,
        "policy_number": claim.policy_number or _("待核实"),
        "product_name": claim.product_name or _("待核实"),
        "policy_ends_on": business_date(file.cover.ends_at) if file.cover else None,
        "loss_on": file.loss_on,
        "reported_at": claim.reported_at,
        "claimed_amount": claim.claimed_amount,
        "total_amount": claim.payable_amount,
        "decided_on": business_date(claim.decided_at or at),
        "company_name": settings.COMPANY_NAME,
        "phone": settings.COMPANY_PHONE,
        "branch_name": _branch_name(claim.branch),
    }


def _branch_name(path: str) -> str:
    return _branch_name_in(path, int(monotonic() // 60))


@lru_cache(maxsize=1024)
def _branch_name_in(path: str, minute: int) -> str:
    """Return the name of a branch, read at most once a minute."""
    return branch_names([path]).get(path, path)


def _lines(file: ClaimFile) -> list[dict[str, Any]]:
    """Return the calculation as rows that a customer reads."""
    product = file.product
    assert product is not None, "a decision to pay rests on a product"
    rows = [
        {
            "name": product.heads.get(entry["line"]["head"], entry["line"]["head"]),
            "claimed": entry["claimed"],
            "reduction": str(_reduced(entry)),
            "reason": "；".join(
                dict.fromkeys(str(Reason(cut["reason"]).label) for cut in entry["reductions"])
            ),
            "paid": entry["paid"],
        }
        for entry in file.calculations[-1].sheet["lines"]
    ]
    return rows


def _reduced(entry: Mapping[str, Any]) -> Decimal:
    return Decimal(entry["claimed"]) - Decimal(entry["paid"])
