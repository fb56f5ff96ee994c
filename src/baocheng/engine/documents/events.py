"""What happens to documents and letters. File names stay out: people put names into them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from baocheng.engine.journal.events import Event, event


@event("documents.document.received.v1")
@dataclass(frozen=True, kw_only=True)
class DocumentReceived(Event):
    """收到单证。"""

    document_id: UUID
    title: str
    kind: str
    checklist_item: str
    sha256: str
    mime: str
    size: int
    source: str
    is_seen_elsewhere: bool


@event("documents.document.accepted.v1")
@dataclass(frozen=True, kw_only=True)
class DocumentAccepted(Event):
    """单证经审核采用。"""

    document_id: UUID
    title: str
    kind: str
    checklist_item: str


@event("documents.document.rejected.v1")
@dataclass(frozen=True, kw_only=True)
class DocumentRejected(Event):
    """单证未采用。"""

    document_id: UUID
    title: str
    kind: str
    checklist_item: str
    reason: str


@event("documents.letter.prepared.v1")
@dataclass(frozen=True, kw_only=True)
class LetterPrepared(Event):
    """信函已拟定。"""

    letter_id: UUID
    template: str
    title: str
    handbook_version: int


@event("documents.letter.rendered.v1")
@dataclass(frozen=True, kw_only=True)
class LetterRendered(Event):
    """信函已生成并归档。"""

    letter_id: UUID
    template: str
    title: str
    sha256: str
    keep_until: date


@event("documents.letter.failed.v1")
@dataclass(frozen=True, kw_only=True)
class LetterFailed(Event):
    """信函生成失败。"""

    letter_id: UUID
    template: str
    title: str
    reason: str
