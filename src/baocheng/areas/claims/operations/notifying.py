"""Letters and messages to the customer about a claim."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from time import monotonic
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import override

from baocheng.areas.claims.enums import Liability, LiabilityReason
from baocheng.areas.claims.models import ClaimLine
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.organisation.queries import branch_names
from baocheng.areas.products.enums import Reason
from baocheng.engine.documents.letters import prepare_letter
from baocheng.engine.documents.models import Letter
from baocheng.engine.messaging.outbox import queue_message
from baocheng.engine.streams import Actor
from baocheng.kernel.money import ZERO
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date


def send_letter(
    template: str,
    file: ClaimFile,
    *,
    by: Actor,
    at: datetime,
    **values: Any,
) -> Letter | None:
    """Prepare a letter and tell the customer, where there is a way, that it is there.

    Nobody is written to about a claim taken over from another system, which did so itself.
    """
    if file.claim.source is not None:
        return None
    known = {**_values(file, at), **values}
    version, contacts = file.handbook_version, _contacts(file)
    letter = prepare_letter(
        stream=file.stream, template=template, values=known, by=by, at=at, version=version
    )
    if contacts:
        queue_message(
            stream=file.stream,
            template=template,
            values=known,
            to=contacts,
            attachments=[letter.id],
            by=by,
            at=at,
            version=version,
        )
    return letter


def send_acceptance(
    file: ClaimFile, *, received: Sequence[str], required: Sequence[str], by: Actor, at: datetime
) -> Letter | None:
    """Confirm the report in writing and say which documents are needed (交强险条例第二十八条)."""
    return send_letter(
        "claim_acceptance", file, by=by, at=at, items=received, required_items=required
    )


def send_decision(file: ClaimFile, *, by: Actor, at: datetime) -> Letter | None:
    """Write the decision line by line, with the grounds for what is not covered."""
    claim = file.claim
    grounds = {}
    if claim.liability == Liability.PARTLY_COVERED:
        # 保险法第二十四条: a refusal, also of a part, gives its reasons.
        grounds = _grounds(file)
        grounds["reasons"] = [*grounds["reasons"], claim.liability_facts]
    return send_letter("claim_decision", file, by=by, at=at, lines=_lines(file), **grounds)


def send_refusal(file: ClaimFile, *, by: Actor, at: datetime) -> Letter | None:
    """Write the refusal with clause, facts and reason."""
    facts = file.claim.liability_facts
    return send_letter("claim_refusal", file, by=by, at=at, facts=facts, **_grounds(file))


def _grounds(file: ClaimFile) -> dict[str, Any]:
    """Return why the claim, or a part of it, is not covered."""
    claim, product = file.claim, file.product
    return {
        "clause_id": claim.liability_clause,
        "clause_text": product.clauses[claim.liability_clause] if product else "",
        "reasons": [_for_customers(LiabilityReason(claim.liability_reason))],
    }


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
    """Return what was claimed as rows that a customer reads, with what was left out of it."""
    product = file.product
    assert product is not None, "a decision to pay rests on a product"
    calculated = {entry["line"]["key"]: entry for entry in file.calculations[-1].sheet["lines"]}
    return [
        {
            "name": product.heads.get(line.head, line.head),
            **_row(file, line, calculated.get(str(line.place))),
        }
        for line in file.lines
    ]


def _row(file: ClaimFile, line: ClaimLine, entry: Mapping[str, Any] | None) -> dict[str, str]:
    if entry is None:
        claimed, paid = line.amount or ZERO, ZERO
        reasons = [_for_customers(LiabilityReason(file.claim.liability_reason))]
    else:
        claimed, paid = Decimal(entry["claimed"]), Decimal(entry["paid"])
        reasons = [_for_customers(Reason(cut["reason"])) for cut in entry["reductions"]]
    return {
        "claimed": str(claimed),
        "reduction": str(claimed - paid),
        "reason": "；".join(dict.fromkeys(reasons)),
        "paid": str(paid),
    }


def _for_customers(code: TextChoices) -> str:
    """Return the label in the language of the letters, whatever the clerk reads."""
    with override(settings.LANGUAGE_CODE):
        return str(code.label)
