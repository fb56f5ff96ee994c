"""Answers kept until a form is handed in: a lost session, a logout or a stale save lose nothing."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from baocheng.engine.journal.events import to_json
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import unit
from baocheng.engine.work.models import Draft


def save_draft(
    answers: Mapping[str, Any],
    *,
    form: str,
    item_id: UUID | None = None,
    stream: Stream | None = None,
    by: Actor,
    at: datetime,
) -> Draft:
    """Keep what `by` has filled in so far, replacing what was kept before.

    The answers are kept as entered, right or wrong: they are checked when handed in.
    """
    draft = Draft(
        form=form,
        item_id=item_id,
        stream_kind=stream.kind if stream else "",
        stream_id=stream.id if stream else None,
        actor=by.id,
        answers=json.dumps(to_json(answers), ensure_ascii=False),
        saved_at=at,
    )
    with unit():
        Draft.objects.bulk_create(
            [draft],
            update_conflicts=True,
            unique_fields=["actor", "form", "item_id", "stream_id"],
            update_fields=["answers", "saved_at"],
        )
    return draft


def find_draft(
    *, form: str, by: Actor, item_id: UUID | None = None, stream: Stream | None = None
) -> dict[str, Any] | None:
    """Return the answers `by` kept for this form, None if there are none."""
    draft = _drafts(form, by, item_id, stream).first()
    if draft is None:
        return None
    answers: dict[str, Any] = json.loads(draft.answers)
    return answers


def discard_draft(
    *, form: str, by: Actor, item_id: UUID | None = None, stream: Stream | None = None
) -> None:
    """Throw away what `by` kept for this form."""
    _drafts(form, by, item_id, stream).delete()


def _drafts(form: str, by: Actor, item_id: UUID | None, stream: Stream | None) -> Any:
    return Draft.objects.filter(
        form=form, actor=by.id, item_id=item_id, stream_id=stream.id if stream else None
    )
