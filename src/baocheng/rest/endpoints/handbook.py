"""服务手册: what is published."""

from uuid import UUID

from ninja import Router
from pydantic import BaseModel, Field

from baocheng.engine.publishing.versions import latest_versions
from baocheng.rest.schema import Moment
from baocheng.rest.tokens import Bearer, Request, Scope

router = Router(auth=Bearer(Scope.HANDBOOK_READ))


class Version(BaseModel):
    """A published version."""

    id: UUID
    number: int
    effective_at: Moment
    published_at: Moment
    published_by: str
    approved_by: str
    note: str
    content_hash: str
    file_count: int = Field(description="文件数。")


class Versions(BaseModel):
    """Every version, newest first."""

    items: list[Version]


@router.get("/versions", response=Versions, summary="已发布的版本，新的在前")
def list_versions(request: Request) -> Versions:
    return Versions(
        items=[
            Version(
                id=version.id,
                number=version.number,
                effective_at=version.effective_at,
                published_at=version.published_at,
                published_by=version.published_by,
                approved_by=version.approved_by,
                note=version.note,
                content_hash=version.content_hash,
                file_count=len(version.files),
            )
            for version in latest_versions()
        ]
    )
