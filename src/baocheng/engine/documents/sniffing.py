"""Tell what a file is by its content; its name is only a hint."""

import codecs
import unicodedata
import zipfile
from pathlib import PurePosixPath
from typing import IO, NamedTuple

from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _


class EmptyFile(Problem):
    """A file without a single byte."""

    code = "documents.empty"
    message = _("文件“{name}”是空的，请重新选择。")


class TypeNotAccepted(Problem):
    """A kind of file that is not taken."""

    code = "documents.type_not_accepted"
    message = _("不接受文件“{name}”（{actual}）：请上传 {accepted} 文件。")
    status = 415


class TypeMismatch(Problem):
    """A file whose name promises an accepted kind while its content is something else."""

    code = "documents.type_mismatch"
    message = _("文件“{name}”的内容是{actual}，与文件名不符，请核对后重新上传。")
    status = 415


class FileType(NamedTuple):
    """A kind of file that is taken; the first suffix is the one we give it."""

    mime: str
    label: str
    suffixes: tuple[str, ...]


PDF = FileType("application/pdf", "PDF", (".pdf",))
JPEG = FileType("image/jpeg", "JPEG", (".jpg", ".jpeg"))
PNG = FileType("image/png", "PNG", (".png",))
HEIC = FileType("image/heic", "HEIC", (".heic", ".heif"))
TIFF = FileType("image/tiff", "TIFF", (".tif", ".tiff"))
# GB/T 33190: the format of Chinese electronic invoices beside PDF.
OFD = FileType("application/ofd", "OFD", (".ofd",))
TEXT = FileType("text/plain", "TXT", (".txt",))
CSV = FileType("text/csv", "CSV", (".csv",))
ACCEPTED = (PDF, JPEG, PNG, HEIC, TIFF, OFD, TEXT, CSV)

_HEAD = 64 * 1024
_UTF8_BOM = codecs.BOM_UTF8
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
# Only to say what a refused file is; acceptance never depends on this list.
_FOREIGN = (
    (b"MZ", _("Windows 程序")),
    (b"\x7fELF", _("Linux 程序")),
    (b"\xca\xfe\xba\xbe", _("程序")),
    (b"\xcf\xfa\xed\xfe", _("macOS 程序")),
    (b"#!", _("脚本")),
    (b"PK\x03\x04", _("压缩包或 Office 文档")),
    (b"Rar!", _("压缩包")),
    (b"7z\xbc\xaf\x27\x1c", _("压缩包")),
    (b"\x1f\x8b", _("压缩包")),
    (b"\xd0\xcf\x11\xe0", _("旧版 Office 文档")),
    (b"GIF8", _("GIF 图片")),
    (b"BM", _("BMP 图片")),
    (b"<", _("网页或 XML")),
)


def sniff(file: IO[bytes], name: str) -> FileType:
    """Return what `file` is, judged by its bytes; the file is rewound.

    Raises:
        EmptyFile, TypeMismatch, TypeNotAccepted
    """
    file.seek(0)
    head = file.read(_HEAD)
    suffix = PurePosixPath(name).suffix.lower()
    found = _by_signature(head) or _ofd(file, head) or _text(head, suffix)
    file.seek(0)
    if found:
        return found
    if not head:
        raise EmptyFile("file", name=name)
    if any(suffix in accepted.suffixes for accepted in ACCEPTED):
        raise TypeMismatch("file", name=name, actual=_foreign(head))
    accepted = "、".join(accepted.label for accepted in ACCEPTED)
    raise TypeNotAccepted("file", name=name, actual=_foreign(head), accepted=accepted)


def clean_name(name: str, type: FileType) -> str:
    """Return `name` fit to be shown and downloaded: no path, no control or direction marks,
    at most 120 characters, ending as files of `type` end."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    visible = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in last)
    path = PurePosixPath(" ".join(visible.split()).strip(". ") or _("文件"))
    suffix = path.suffix.lower()
    stem = path.stem if suffix in _KNOWN_SUFFIXES else path.name
    return stem[:110].rstrip() + (suffix if suffix in type.suffixes else type.suffixes[0])


_KNOWN_SUFFIXES = frozenset(suffix for type in ACCEPTED for suffix in type.suffixes)


def _by_signature(head: bytes) -> FileType | None:
    if head.removeprefix(_UTF8_BOM).startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    if head[:4] in (b"II*\0", b"MM\0*"):
        return TIFF
    return None


def _ofd(file: IO[bytes], head: bytes) -> FileType | None:
    if not head.startswith(b"PK\x03\x04"):
        return None
    try:
        # Reads the directory of the archive only: nothing is unpacked.
        names = zipfile.ZipFile(file).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    return OFD if "OFD.xml" in names else None


def _text(head: bytes, suffix: str) -> FileType | None:
    """Text has no signature, so the name has to say so and the bytes must not contradict."""
    type = {".txt": TEXT, ".csv": CSV}.get(suffix)
    if type is None or not head or any(head.startswith(sign) for sign, _name in _FOREIGN[:5]):
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        is_plain = all(c in "\t\r\n\f" or unicodedata.category(c) != "Cc" for c in text)
        return type if is_plain else None
    return None


def _foreign(head: bytes) -> str:
    return next((name for sign, name in _FOREIGN if head.startswith(sign)), _("无法识别的格式"))
