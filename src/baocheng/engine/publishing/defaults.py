"""The handbook that ships with the product, published at the first start and after an upgrade."""

from datetime import datetime, timedelta
from pathlib import Path

from baocheng.engine.publishing.handbook import read_folder
from baocheng.engine.publishing.models import HandbookVersion
from baocheng.engine.publishing.permissions import APPROVE_HANDBOOK, PUBLISH_HANDBOOK
from baocheng.engine.publishing.versions import latest_versions, publish
from baocheng.engine.streams import Actor

INSTALLER = Actor(
    id="system:installer", name="系统安装", branch="1", permissions=frozenset({PUBLISH_HANDBOOK})
)
RELEASE = Actor(
    id="system:release", name="产品发布", branch="1", permissions=frozenset({APPROVE_HANDBOOK})
)
# The first version reaches back, so that policies and losses of earlier years find a handbook.
SINCE = timedelta(days=365 * 120)


def publish_default(folder: Path, *, at: datetime) -> HandbookVersion:
    """Publish `folder` where nothing is published, or where only defaults were before.

    A handbook that people have published themselves is never replaced.

    Raises:
        HandbookInvalid: the folder has findings.
    """
    versions = latest_versions()
    if versions and versions[0].published_by != INSTALLER.id:
        return versions[0]
    return publish(
        read_folder(folder),
        effective_at=at if versions else at - SINCE,
        approved_by=RELEASE,
        note="随产品发布的默认手册",
        by=INSTALLER,
        at=at,
    )
