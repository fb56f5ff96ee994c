import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.engine.documents.sniffing import (
    ACCEPTED,
    CSV,
    HEIC,
    JPEG,
    OFD,
    PDF,
    PNG,
    TEXT,
    TIFF,
    EmptyFile,
    FileType,
    TypeMismatch,
    TypeNotAccepted,
    clean_name,
    sniff,
)


def archive(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        for name in names:
            writer.writestr(name, "<x/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"%PDF-1.7\n", "a.pdf", PDF),
        (b"\xff\xd8\xff\xe0..JFIF", "a.jpg", JPEG),
        (b"\x89PNG\r\n\x1a\n....", "a.png", PNG),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "IMG_1.HEIC", HEIC),
        (b"II*\0....", "scan.tif", TIFF),
        (b"MM\0*....", "scan.tiff", TIFF),
        (archive("OFD.xml", "Doc_0/Document.xml"), "发票.ofd", OFD),
        ("项目,金额\n住院,100.00\n".encode(), "清单.csv", CSV),
        ("病情说明".encode("gb18030"), "说明.txt", TEXT),
    ],
)
def test_sniff_knows_what_is_accepted(content: bytes, name: str, expected: FileType) -> None:
    assert sniff(io.BytesIO(content), name) == expected


def test_sniff_goes_by_content_and_rewinds() -> None:
    file = io.BytesIO(b"\xff\xd8\xff\xe0")

    assert sniff(file, "photo.pdf") == JPEG
    assert file.tell() == 0


def test_sniff_refuses_a_program_called_pdf() -> None:
    with pytest.raises(TypeMismatch) as refused:
        sniff(io.BytesIO(b"MZ\x90\x00" + b"\0" * 60), "病历.pdf")

    assert (
        str(refused.value) == "文件“病历.pdf”的内容是Windows 程序，与文件名不符，请核对后重新上传。"
    )
    assert refused.value.code == "documents.type_mismatch"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00" + b"%PDF-1.7", "a.pdf"),
        (archive("word/document.xml"), "a.ofd"),
        (b"PK\x03\x04 broken", "a.ofd"),
        (b"<html></html>", "a.pdf"),
        (b"#!/bin/sh\n", "a.txt"),
        (b"text\0with nul", "a.txt"),
        (b"\x00\x00\x00\x18ftypisom", "a.heic"),
    ],
)
def test_sniff_refuses_what_the_name_only_promises(content: bytes, name: str) -> None:
    with pytest.raises(TypeMismatch):
        sniff(io.BytesIO(content), name)


def test_sniff_names_what_is_accepted_instead() -> None:
    with pytest.raises(TypeNotAccepted) as refused:
        sniff(io.BytesIO(b"GIF89a"), "a.gif")

    assert "PDF、JPEG、PNG、HEIC、TIFF、OFD、TXT、CSV" in str(refused.value)


def test_sniff_refuses_an_empty_file() -> None:
    with pytest.raises(EmptyFile):
        sniff(io.BytesIO(b""), "a.pdf")


@given(st.binary(max_size=200))
def test_sniff_of_unsigned_bytes_never_gives_a_signed_type(content: bytes) -> None:
    try:
        found = sniff(io.BytesIO(b"\x01" + content), "a.pdf")
    except (TypeMismatch, TypeNotAccepted):
        return
    assert found == HEIC  # the one whose mark stands behind its first bytes


@pytest.mark.parametrize(
    ("name", "type", "expected"),
    [
        ("发票.PDF", PDF, "发票.pdf"),
        ("C:\\扫描\\病历 1.pdf", PDF, "病历 1.pdf"),
        ("../../etc/passwd", TEXT, "passwd.txt"),
        ("photo.pdf", JPEG, "photo.jpg"),
        ("invoice.2025.09", PNG, "invoice.2025.09.png"),
        ("exe\u202efdp.pdf", PDF, "exe fdp.pdf"),
        ("...", PDF, "文件.pdf"),
        ("", PDF, "文件.pdf"),
        ("长" * 300 + ".pdf", PDF, "长" * 110 + ".pdf"),
    ],
)
def test_clean_name_is_fit_to_show(name: str, type: FileType, expected: str) -> None:
    assert clean_name(name, type) == expected


@given(st.text(max_size=300), st.sampled_from(ACCEPTED))
def test_clean_name_has_no_path_and_a_true_suffix(name: str, type: FileType) -> None:
    cleaned = clean_name(name, type)

    assert len(cleaned) <= 120
    assert not {"/", "\\"} & set(cleaned)
    assert cleaned.lower().endswith(type.suffixes)
    assert clean_name(cleaned, type) == cleaned
