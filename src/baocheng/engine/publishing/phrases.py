"""The handbook in a second language (`*.phrases.csv`): its own texts and what they are called."""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from baocheng.engine.publishing.findings import Finding, Unreadable
from baocheng.engine.publishing.kinds import ContentKind, SourceFile
from baocheng.engine.publishing.versions import find_handbook_at

CHINESE, ENGLISH = "中文", "English"


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """One text of the handbook, the same wherever it stands, in English."""

    chinese: str
    english: str

    @property
    def key(self) -> str:
        return self.chinese


def parse_phrases(source: SourceFile) -> Sequence[Phrase]:
    """Read a table of phrases.

    Raises:
        Unreadable: with everything that is wrong in the file.
    """
    rows = csv.DictReader(io.StringIO(source.text))
    missing = [one for one in (CHINESE, ENGLISH) if one not in (rows.fieldnames or ())]
    if missing:
        sentences = [f"缺少“{one}”一列，请在第一行补上。" for one in missing]
        code = "publishing.missing_column"
        raise Unreadable([Finding(source.path, "表头", code, one, 1) for one in sentences])
    findings: list[Finding] = []
    known: dict[str, Phrase] = {}
    for row in rows:
        # A short row has None where its cells are missing.
        phrase = Phrase(chinese=(row[CHINESE] or "").strip(), english=(row[ENGLISH] or "").strip())
        place = f"第 {rows.line_num} 行"
        findings += [
            Finding(source.path, place, f"publishing.{code}", sentence, rows.line_num)
            for code, sentence in _wrong(phrase, known, has_more=None in row)
        ]
        known[phrase.key] = phrase
    if findings:
        raise Unreadable(findings)
    return list(known.values())


def _wrong(phrase: Phrase, known: Collection[str], *, has_more: bool) -> Iterator[tuple[str, str]]:
    """Yield code and sentence of everything wrong with one row."""
    for column, text in ((CHINESE, phrase.chinese), (ENGLISH, phrase.english)):
        if not text:
            yield "empty_phrase", f"“{column}”是空的，请填写或删去此行。"
    if has_more:
        yield "too_many_cells", "多出了一格；文字里有逗号的，请用引号括起来。"
    if phrase.chinese and phrase.chinese in known:
        yield "duplicate_phrase", f"“{phrase.chinese}”已经有英文，请只保留一行。"


PHRASE = ContentKind("phrase", ".phrases.csv", parse_phrases)


def in_language(text: str, *, at: datetime) -> str:
    """Return a text of the handbook in the reader's language, unchanged where it has no other.

    The phrases are those in force at `at`, whatever version the text comes from. Nothing is asked
    of the database where Chinese is read.
    """
    if not text or get_language() != "en":
        return text
    book = find_handbook_at(at)
    phrase: Phrase | None = book.find(PHRASE.name, text) if book else None
    return phrase.english if phrase else text
