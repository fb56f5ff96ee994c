"""Evidence (证明和资料): receive it, review it, ask once for what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from baocheng.areas.claims import permissions, queries
from baocheng.areas.claims.enums import ClaimState
from baocheng.areas.claims.events import (
    ClaimSupplemented,
    CustomerReminded,
    DocumentsAccepted,
    DocumentsReceived,
    SupplementRequested,
)
from baocheng.areas.claims.facts import Facts
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.claims.operations import notifying
from baocheng.engine.decisions.decide import decide_on_facts
from baocheng.engine.documents.receiving import Accepted, Refused, Upload, receive_documents
from baocheng.engine.journal.record import record
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.streams import Actor
from baocheng.engine.unit import current, unit
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date

DOCUMENT_NAMES = {
    "id_card": _("申请人身份证明"),
    "invoice": _("医疗费用票据与清单"),
    "medical_record": _("病历或诊断证明"),
    "accident_certificate": _("事故证明"),
    "damage_list": _("损失清单或定损单"),
    "driving_licence": _("驾驶证与行驶证"),
    "death_certificate": _("死亡证明与亲属关系证明"),
    "disability_report": _("伤残评定报告"),
}


class SecondSupplement(Conflict):
    """The law allows one request for missing documents."""

    code = "claims.second_supplement"
    message = _("本案已于 {on} 一次性通知补充，不能再次通知（保险法第二十二条）。")


class NothingMissing(Problem):
    """A request that names nothing."""

    code = "claims.nothing_missing"
    message = _("请选择需要客户补充的资料。")


class ClaimClosedAlready(Conflict):
    """The claim is closed."""

    code = "claims.closed"
    message = _("赔案已结案，不能再办理；如需继续请先重开。")


@dataclass(frozen=True, kw_only=True)
class DocumentsReview:
    """What the reviewer found."""

    is_complete: bool
    missing: Sequence[str] = ()
    remark: str = ""


def receive_claim_documents(
    *, claim_id: UUID, uploads: Sequence[Upload], by: Actor, at: datetime
) -> list[Accepted | Refused]:
    """Take files for a claim, each on its own; those that come after a request end the wait.

    Raises:
        ClaimClosedAlready: nothing more is taken.
    """
    with unit() as writing:
        file = queries.get_file(claim_id)
        claim = file.claim
        permissions.require_read(by, claim)
        if claim.state == ClaimState.CLOSED:
            raise ClaimClosedAlready
        answers = receive_documents(stream=file.stream, uploads=uploads, by=by, at=at)
        kinds = sorted({one.document.kind for one in answers if isinstance(one, Accepted)})
        if not kinds:
            return answers
        claim.received_documents = sorted({*claim.received_documents, *kinds})
        claim.documents_complete = set(claim.required_documents) <= set(claim.received_documents)
        writing.change(claim, "received_documents", "documents_complete")
        record_received(file, kinds, by=by, at=at)
        if claim.state == ClaimState.SUPPLEMENTING:
            claim.state = ClaimState.REGISTERED
            writing.change(claim, "state")
            record(ClaimSupplemented(count=len(kinds)), stream=file.stream, by=by, at=at)
    return answers


def work_out_documents(file: ClaimFile, handbook: Handbook) -> None:
    """Decide, by the handbook's table, which evidence the claim needs (保险法第二十二条)."""
    claim = file.claim
    table = handbook.get("decision", "required_documents")
    claim.required_documents = sorted(set(decide_on_facts(table, Facts(file)).value))
    claim.documents_complete = set(claim.required_documents) <= set(claim.received_documents)
    current().change(claim, "required_documents", "documents_complete")


def ask_for_documents(file: ClaimFile, *, by: Actor, at: datetime) -> None:
    """Confirm the report and say what evidence is still needed, where some is."""
    claim = file.claim
    if not claim.documents_complete:
        missing = set(claim.required_documents) - set(claim.received_documents)
        notifying.send_acceptance(
            file,
            received=names_of(claim.received_documents),
            required=names_of(sorted(missing)),
            by=by,
            at=at,
        )


def names_of(kinds: Sequence[str]) -> list[str]:
    """Return what people call these kinds of document."""
    return [DOCUMENT_NAMES.get(kind, kind) for kind in kinds]


def record_received(file: ClaimFile, kinds: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Record that evidence arrived: the statutory clocks start from here."""
    line = file.product.insurance_class.value if file.product else ""
    received = DocumentsReceived(
        count=len(kinds), kinds=list(kinds), line=line, track=file.claim.track
    )
    record(received, stream=file.stream, by=by, at=at)


def review_documents(file: ClaimFile, review: DocumentsReview, *, by: Actor, at: datetime) -> None:
    """Accept the documents, or decide to ask for what is missing.

    Raises:
        SecondSupplement: the one request was made before.
        NothingMissing: it is not said what is missing.
    """
    claim = file.claim
    if review.is_complete:
        claim.documents_complete, claim.supplement_items = True, []
        if claim.state == ClaimState.SUPPLEMENTING:
            # The customer never answered, and the claim goes on with what there is.
            claim.state = ClaimState.REGISTERED
        current().change(claim, "documents_complete", "supplement_items", "state")
        record(DocumentsAccepted(remark=review.remark), stream=file.stream, by=by, at=at)
        return
    if claim.supplement_requested_at is not None:
        raise _second_supplement(claim.supplement_requested_at)
    if not review.missing:
        raise NothingMissing("missing")
    claim.documents_complete, claim.supplement_items = False, list(review.missing)
    current().change(claim, "documents_complete", "supplement_items")


def request_supplement(file: ClaimFile, *, by: Actor, at: datetime) -> None:
    """Send the one request for missing documents; the ball is with the customer from now on."""
    claim = file.claim
    if claim.supplement_requested_at is not None:
        raise _second_supplement(claim.supplement_requested_at)
    claim.state, claim.supplement_requested_at = ClaimState.SUPPLEMENTING, at
    current().change(claim, "state", "supplement_requested_at")
    items = names_of(claim.supplement_items)
    notifying.send_letter("claim_supplement", file, by=by, at=at, items=items)
    record(SupplementRequested(items=items), stream=file.stream, by=by, at=at)


def _second_supplement(first: datetime) -> SecondSupplement:
    return SecondSupplement("conclusion", on=business_date(first).isoformat())


def remind_customer(file: ClaimFile, *, by: Actor, at: datetime) -> None:
    """Remind the customer of what is still missing."""
    items = names_of(file.claim.supplement_items)
    notifying.remind(file, items=items, by=by, at=at)
    record(CustomerReminded(items=items), stream=file.stream, by=by, at=at)
