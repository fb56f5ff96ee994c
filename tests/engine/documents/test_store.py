import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.http import HttpRequest
from pytest_django import Settings

from baocheng.engine.documents import store
from baocheng.engine.documents.uploads import BoundedUpload


def stored_files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_keep_stores_content_once_under_its_hash(document_root: Path) -> None:
    file = ContentFile(b"%PDF-1.7")
    content = store.measure(file, "a.pdf")

    store.keep(file, content.sha256)
    store.keep(ContentFile(b"%PDF-1.7"), content.sha256)

    assert content == (hashlib.sha256(b"%PDF-1.7").hexdigest(), 8)
    assert stored_files(document_root) == [content.sha256]
    assert store.read(content.sha256).read() == b"%PDF-1.7"


def test_keep_leaves_nothing_of_a_broken_write(document_root: Path) -> None:
    class Broken(ContentFile):  # type: ignore[type-arg]
        def chunks(self, chunk_size: int | None = None) -> Any:
            yield b"half"
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        store.keep(Broken(b"whole"), "ab" * 32)

    assert stored_files(document_root) == []


def test_measure_refuses_by_the_size_before_reading(settings: Settings) -> None:
    settings.DOCUMENT_SIZE_MAX = 20 * 1024**2

    class Huge(File):  # type: ignore[type-arg]
        size = 60 * 1024**2

        def chunks(self, chunk_size: int | None = None) -> Any:
            raise AssertionError("a file of 60 MB is not read")

    with pytest.raises(store.TooLarge) as refused:
        store.measure(Huge(BytesIO()), "a.pdf")

    assert str(refused.value) == "文件“a.pdf”超过 20 MB，请压缩或拆分后重新上传。"
    assert refused.value.code == "documents.too_large"


def test_measure_does_not_trust_a_stated_size(settings: Settings) -> None:
    settings.DOCUMENT_SIZE_MAX = 10
    file = ContentFile(b"x" * 11)
    file.size = 5

    with pytest.raises(store.TooLarge):
        store.measure(file, "a.pdf")


def test_bounded_upload_drops_what_is_behind_the_limit(settings: Settings) -> None:
    settings.DOCUMENT_SIZE_MAX = 10
    handler = BoundedUpload(HttpRequest())
    handler.new_file("file", "a.pdf", "application/pdf", None, None, None)
    for start in range(0, 60, 6):
        handler.receive_data_chunk(b"123456", start)

    uploaded = handler.file_complete(60)

    assert uploaded is not None
    assert uploaded.size == 60
    assert uploaded.read() == b"1234561234"
