"""The handbook's English: read with every error, shown only to those who read English."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from baocheng.engine.publishing.defaults import INSTALLER, RELEASE
from baocheng.engine.publishing.findings import Unreadable
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.kinds import SourceFile
from baocheng.engine.publishing.phrases import Phrase, in_language, parse_phrases
from baocheng.engine.publishing.versions import forget, publish
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=SHANGHAI)


def read(text: str) -> list[Phrase]:
    return list(parse_phrases(SourceFile("english.phrases.csv", text, {})))


def findings(text: str) -> list[tuple[str, int]]:
    with pytest.raises(Unreadable) as refused:
        read(text)
    return [(one.code, one.line) for one in refused.value.findings]


@pytest.fixture
def published(db: None) -> Iterator[None]:
    """A handbook with one phrase, in force since noon."""
    book = Handbook({"english.phrases.csv": "中文,English\n报案登记,Report a loss\n"})
    forget()
    publish(book, effective_at=NOON, approved_by=RELEASE, by=INSTALLER, at=NOON)
    yield
    forget()


def test_phrases_are_read_line_by_line() -> None:
    text = '中文,English\n核定,Claim decision\n保险法第二十三条,"Insurance Law, Art. 23"\n'

    assert read(text) == [
        Phrase(chinese="核定", english="Claim decision"),
        Phrase(chinese="保险法第二十三条", english="Insurance Law, Art. 23"),
    ]


def test_missing_columns_are_found() -> None:
    assert findings("中文,英文\n核定,Claim decision\n") == [("publishing.missing_column", 1)]
    assert findings("") == [("publishing.missing_column", 1)] * 2


def test_every_wrong_line_is_found_at_once() -> None:
    text = "中文,English\n核定,\n,Payment\n赔付,Payment\n赔付,Claim payment\n条,Law, Art. 23\n"

    assert findings(text) == [
        ("publishing.empty_phrase", 2),
        ("publishing.empty_phrase", 3),
        ("publishing.duplicate_phrase", 5),
        ("publishing.too_many_cells", 6),
    ]


def test_a_short_line_is_an_empty_phrase() -> None:
    assert findings("中文,English\n核定\n") == [("publishing.empty_phrase", 2)]


def test_a_phrase_is_shown_in_english_to_those_who_read_english(published: None) -> None:
    with override("en"):
        assert in_language("报案登记", at=NOON) == "Report a loss"
        assert in_language("没有英文的话", at=NOON) == "没有英文的话"
        assert in_language("", at=NOON) == ""


def test_a_phrase_holds_from_when_its_handbook_does(published: None) -> None:
    with override("en"):
        assert in_language("报案登记", at=NOON.replace(hour=11)) == "报案登记"


def test_chinese_stays_as_it_is_and_asks_nothing(published: None) -> None:
    forget()
    with override("zh-hans"), CaptureQueriesContext(connection) as asked:
        assert in_language("报案登记", at=NOON) == "报案登记"

    assert len(asked) == 0
