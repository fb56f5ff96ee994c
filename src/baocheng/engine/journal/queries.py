"""Read the journal, as rows and as sentences."""

from collections.abc import Sequence

from django.template import Context, TemplateDoesNotExist
from django.template.loader import select_template
from django.utils.translation import get_language, gettext

from baocheng.engine.journal.models import EventRow
from baocheng.engine.streams import SYSTEM, Stream


def events_of(stream: Stream, *, after: int = 0, limit: int = 500) -> Sequence[EventRow]:
    """Return the events of `stream` behind position `after`, in order."""
    rows = EventRow.objects.filter(stream_id=stream.id, position__gt=after)
    return list(rows.order_by("position")[:limit])


def sentence(row: EventRow) -> str:
    """Return the event as a sentence in the reader's language.

    The Chinese one is `templates/events/<type>.txt`, its English twin lies beside it in `en/`.
    """
    names = [f"events/{row.type}.txt"]
    if get_language() == "en":
        names.insert(0, f"events/en/{row.type}.txt")
    try:
        template = select_template(names)
    except TemplateDoesNotExist:
        return row.type
    actor = gettext(SYSTEM.name) if row.actor == SYSTEM.id else row.actor_name or row.actor
    values = {**row.payload, "actor": actor}
    # Plain text: whoever puts it on a page escapes it there.
    text: str = template.template.render(Context(values, autoescape=False))
    return text.strip()
