"""流程: the processes of the handbook, as data and as drawings."""

from functools import cache
from pathlib import Path as FilePath
from typing import Annotated
from xml.sax.saxutils import escape

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from baocheng.engine.processes.content import Definition
from baocheng.engine.processes.diagram import draw
from baocheng.engine.processes.model import Node
from baocheng.kernel.problems import NotFound
from baocheng.rest.conditions import etag
from baocheng.rest.endpoints.handbook import VersionNumber, handbook_for
from baocheng.rest.openapi import refuses
from baocheng.rest.tokens import Bearer, Request, Scope

router = Router(auth=Bearer(Scope.HANDBOOK_READ))

Key = Annotated[str, Path(max_length=80, description="流程的编号，如 claim_handling。")]

_SVG = "image/svg+xml"


class ProcessRow(BaseModel):
    """A process in the list."""

    key: str
    name: str
    file: str
    documentation: str


class Processes(BaseModel):
    """The processes of one version."""

    version: int | None
    items: list[ProcessRow]


class Element(BaseModel):
    """A step, event or gateway of a process."""

    id: str
    name: str
    type: str
    event: str
    scope: str = Field(description="所在子流程；空为流程本身。")
    documentation: str
    roles: list[str]
    form: str
    step: str
    decision: str
    message: str
    timer: str
    host: str = Field(description="边界事件所附着的环节。")
    is_interrupting: bool


class Connection(BaseModel):
    """A sequence flow."""

    id: str
    name: str
    source: str
    target: str
    condition: str


class ProcessPage(ProcessRow):
    """A process with everything in it."""

    version: int | None
    elements: list[Element]
    flows: list[Connection]


@router.get("", response=Processes, summary="流程目录", openapi_extra=refuses(404))
def list_processes(request: Request, version: VersionNumber) -> Processes:
    book = handbook_for(request, version)
    return Processes(version=book.version, items=[_row(each) for each in book.all("process")])


@router.get(
    "/{key}.svg",
    summary="流程图",
    openapi_extra={"responses": {200: {"content": {_SVG: {"schema": {"type": "string"}}}}}},
)
def draw_process(request: Request, key: Key, version: VersionNumber) -> HttpResponse:
    definition = _get(request, key, version)
    drawing = draw(definition.document, title=definition.name)
    content = drawing.replace(">", f"><style>{escape(_style())}</style>", 1)
    return HttpResponse(content, content_type=_SVG, headers={"ETag": etag(content)})


@router.get("/{key}", response=ProcessPage, summary="一个流程的环节与流向")
def read_process(request: Request, key: Key, version: VersionNumber) -> ProcessPage:
    definition = _get(request, key, version)
    process = definition.process
    return ProcessPage(
        **_row(definition).model_dump(),
        version=handbook_for(request, version).version,
        elements=[_element(node) for node in process.nodes.values()],
        flows=[
            Connection(
                id=flow.id,
                name=flow.name,
                source=flow.source,
                target=flow.target,
                condition=flow.condition,
            )
            for flow in process.flows.values()
        ],
    )


def _get(request: Request, key: str, version: int | None) -> Definition:
    definition: Definition | None = handbook_for(request, version).find("process", key)
    if definition is None:
        raise NotFound("key")
    return definition


def _row(definition: Definition) -> ProcessRow:
    return ProcessRow(
        key=definition.key,
        name=definition.name,
        file=definition.document.path,
        documentation=definition.process.documentation,
    )


def _element(node: Node) -> Element:
    return Element(
        id=node.id,
        name=node.name,
        type=node.type,
        event=node.event,
        scope=node.scope,
        documentation=node.documentation,
        roles=list(node.roles),
        form=node.form,
        step=node.step,
        decision=node.decision,
        message=node.message,
        timer=node.timer.text if node.timer else "",
        host=node.host,
        is_interrupting=node.is_interrupting,
    )


@cache
def _style() -> str:
    """Return the styles of the pages, so that the drawing is coloured where it stands alone."""
    paths = [finders.find(f"ui/{name}.css") for name in ("tokens", "diagram")]
    return "\n".join(FilePath(path).read_text() for path in paths if path)
