"""Processes drawn for pages: as published, and with where one case stands."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from baocheng.desk.rows.handbook import ProcessPage, StepRow
from baocheng.desk.wording import SEMICOLON, in_language, joined
from baocheng.engine.processes.bpmn import ELEMENT_NAMES
from baocheng.engine.processes.content import Definition
from baocheng.engine.processes.diagram import draw
from baocheng.engine.processes.model import Node
from baocheng.engine.processes.queries import Progress, progress_of
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.streams import Stream
from baocheng.kernel.time import SHANGHAI
from baocheng.ui.components import Entry, Tone


class Drawing(NamedTuple):
    """A process with where a case stands."""

    svg: SafeString
    name: str
    version: int
    steps: list[Entry]


def of_stream(stream: Stream, *, prefix: str) -> Drawing | None:
    """Draw the latest process of a case, None where none has run."""
    ran = progress_of(stream)
    if not ran:
        return None
    progress = ran[-1]
    definition, version = progress.definition, progress.instance.handbook_version
    return Drawing(
        svg=_svg(definition, version, prefix, progress),
        name=in_language(definition.name),
        version=version,
        steps=_steps(progress),
    )


def _svg(
    definition: Definition, version: int | None, prefix: str, progress: Progress | None = None
) -> SafeString:
    drawn = draw(
        definition.document,
        title=in_language(definition.name),
        marks=progress.marks(_short) if progress else None,
        link=_link_to(definition, version),
        prefix=prefix,
    )
    # Every text in it was escaped by the XML writer.
    return mark_safe(drawn)  # noqa: S308


def _short(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"


def _link_to(definition: Definition, version: int | None) -> Callable[[str], str | None]:
    """Return where an element leads: to its form or its decision."""

    def link(element: str) -> str | None:
        node = definition.process.nodes.get(element)
        return _address(node, version) or None if node else None

    return link


def _address(node: Node, version: int | None) -> str:
    kind, key = ("form", node.form) if node.form else ("decision", node.decision)
    if not key:
        return ""
    address = reverse("desk:definition", args=[kind, key])
    return f"{address}?version={version}" if version else address


def _steps(progress: Progress) -> list[Entry]:
    """Return the stays at what takes time or decides, latest first."""
    entries = []
    for stay in reversed(progress.stays):
        node = progress.definition.node(stay.element)
        if not node.type.is_activity or stay.armed_by is not None:
            continue
        is_here = stay.left_at is None
        name = in_language(node.label)
        entries.append(
            Entry(
                at=stay.left_at or stay.entered_at,
                sentence=_("{name}：停在这里").format(name=name) if is_here else name,
                icon="circle-dot" if is_here else "circle-check",
                tone=Tone.SOON if is_here else Tone.DONE,
            )
        )
    return entries


def page_of(definition: Definition, book: Handbook) -> ProcessPage:
    """Return a process as a page of the handbook."""
    roles = {role.key: in_language(role.name) for role in book.all("role")}
    nodes = definition.process.nodes
    steps = [
        StepRow(
            name=in_language(node.label),
            kind=_(ELEMENT_NAMES[node.type]) if node.type in ELEMENT_NAMES else str(node.type),
            who=joined(roles.get(role, role) for role in node.roles) or _("系统"),
            leads_to=joined(
                (
                    " → ".join(
                        in_language(part) for part in (flow.name, nodes[flow.target].label) if part
                    )
                    for flow in node.outgoing
                    if nodes[flow.target].name
                ),
                SEMICOLON,
            ),
            url=_address(node, None),
        )
        for node in nodes.values()
        if node.type.is_activity
    ]
    return ProcessPage(
        name=in_language(definition.name),
        key=definition.key,
        diagram=_svg(definition, book.version, "process"),
        steps=steps,
        documentation=in_language(definition.process.documentation),
    )
