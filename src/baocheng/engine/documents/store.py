"""Keep content under its SHA-256, once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _


class TooLarge(Problem):
    """A file above the size limit."""

    code = "documents.too_large"
    message = _("文件“{name}”超过 {limit_mb} MB，请压缩或拆分后重新上传。")
    status = 413


class Content(NamedTuple):
    """What a file holds, in two numbers."""

    sha256: str
    size: int


def measure(file: File[Any], name: str) -> Content:
    """Return hash and size of `file`, reading it piece by piece and no further than the limit.

    Raises:
        TooLarge
    """
    limit = settings.DOCUMENT_SIZE_MAX
    too_large = TooLarge("file", name=name, limit_mb=limit // 1024**2)
    if file.size > limit:
        raise too_large
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    for chunk in file.chunks():
        size += len(chunk)
        if size > limit:
            raise too_large
        digest.update(chunk)
    return Content(digest.hexdigest(), size)


def keep(file: File[Any], sha256: str) -> None:
    """Store `file` under its hash unless it is there already.

    It is not part of any transaction: content that no document names is an orphan that harms
    nobody, while a document without its content would.
    """
    path = _path(sha256)
    kept = storage()
    if not kept.exists(path):
        file.seek(0)
        kept.save(path, file)


def read(sha256: str) -> File[Any]:
    """Open the content with this hash for reading."""
    return storage().open(_path(sha256))


def storage() -> Storage:
    """Return where content is kept: `STORAGES["documents"]`, else the folder `DOCUMENT_ROOT`."""
    if "documents" in settings.STORAGES:
        return storages["documents"]
    return AtomicFolder(location=settings.DOCUMENT_ROOT)


class AtomicFolder(FileSystemStorage):
    """A folder in which a file is there whole or not at all, and names are kept as given."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File[Any]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as written:
            try:
                for chunk in content.chunks():
                    written.write(chunk)
                written.flush()
                os.fsync(written.fileno())
                Path(written.name).replace(path)
            except BaseException:
                Path(written.name).unlink(missing_ok=True)
                raise
        return name


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
