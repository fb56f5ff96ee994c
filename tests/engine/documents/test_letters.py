from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from baocheng.engine.documents import store
from baocheng.engine.documents.enums import LetterState
from baocheng.engine.documents.letters import (
    ATTEMPTS_MAX,
    LetterNotFailed,
    UnknownLetter,
    prepare_letter,
    render_pending,
    retry_letter,
)
from baocheng.engine.documents.models import Document, Letter, StoredFile
from baocheng.engine.documents.queries import (
    content_of,
    get_document,
    letters_of,
    list_failed_letters,
)
from baocheng.engine.documents.variables import ValueMissing
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.publishing.defaults import RELEASE
from baocheng.engine.publishing.handbook import Handbook
from baocheng.engine.publishing.versions import publish
from baocheng.engine.streams import Actor, Stream
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotFound
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2025, 9, 26, 12, 0, tzinfo=SHANGHAI)
ZHAO = Actor(
    id="staff:1",
    name="赵敏",
    branch="1",
    permissions=frozenset({"publishing.publish_handbook"}),
)
LETTER = """/*---
key: acceptance
title: 理赔受理通知书
retention: {years: 5, basis: 保险法第八十七条}
variables:
  customer_name: {label: 客户姓名, sample: 王芳}
  count: {type: integer, label: 份数, sample: 2}
---*/
#import "/letter_style.typ": *
#show: letter
#addressee(values.customer_name)
收到单证 #(12 / values.count) 份。
"""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def handbook() -> None:
    publish_letter(LETTER, NOON - timedelta(days=1))


def publish_letter(text: str, at: datetime) -> None:
    files = {"claims/acceptance.letter.typ": text}
    publish(Handbook(files), effective_at=at, approved_by=RELEASE, by=ZHAO, at=at)


def prepare(stream: Stream, **values: Any) -> Letter:
    return prepare_letter(
        stream=stream,
        template="acceptance",
        values={"customer_name": "王芳", "count": 3, "phone": "13800000000", **values},
        by=ZHAO,
        at=NOON,
    )


def new_claim() -> Stream:
    return Stream("claim", new_id())


def test_prepare_letter_keeps_only_the_values_it_says() -> None:
    claim = new_claim()

    prepare(claim)

    (letter,) = letters_of(claim)
    assert (letter.state, letter.title) == (LetterState.PENDING, "理赔受理通知书")
    assert letter.values == {"customer_name": "王芳", "count": 3}
    assert [sentence(event) for event in events_of(claim)] == ["赵敏 拟定《理赔受理通知书》"]


def test_prepare_letter_without_a_needed_value_changes_nothing() -> None:
    claim = new_claim()

    with pytest.raises(ValueMissing) as refused:
        prepare(claim, customer_name="")

    assert refused.value.fields == ("customer_name",)
    assert (list(letters_of(claim)), list(events_of(claim))) == ([], [])


def test_prepare_letter_of_an_unknown_template_is_refused() -> None:
    with pytest.raises(UnknownLetter) as refused:
        prepare_letter(stream=new_claim(), template="farewell", values={}, by=ZHAO, at=NOON)

    assert str(refused.value) == "服务手册中没有信函“farewell”。"


def test_render_pending_archives_the_letter_under_its_own_id() -> None:
    claim = new_claim()
    letter = prepare(claim)

    assert render_pending(at=NOON) == 1
    assert render_pending(at=NOON) == 0

    document = get_document(letter.id)
    assert (document.name, document.direction, document.keep_until) == (
        "理赔受理通知书.pdf",
        "OUT",
        date(2030, 9, 26),
    )
    (page,) = pypdfium2.PdfDocument(content_of(document).read())
    assert "收到单证 4 份。" in page.get_textpage().get_text_bounded()
    assert letters_of(claim)[0].state == LetterState.RENDERED
    assert sentence(events_of(claim)[-1]) == "《理赔受理通知书》已生成并归档，保存至 2030-09-26"


def test_render_pending_writes_a_letter_by_the_version_it_was_prepared_on() -> None:
    letter = prepare(new_claim())
    publish_letter(LETTER.replace("收到单证", "收妥单证"), NOON + timedelta(minutes=1))

    render_pending(at=NOON + timedelta(hours=1))

    (page,) = pypdfium2.PdfDocument(content_of(get_document(letter.id)).read())
    assert "收到单证" in page.get_textpage().get_text_bounded()


def test_render_pending_takes_no_more_than_asked() -> None:
    for _i in range(3):
        prepare(new_claim())

    assert render_pending(at=NOON, limit=2) == 2
    assert Letter.objects.filter(state=LetterState.PENDING).count() == 1


def test_the_same_letter_twice_is_stored_once() -> None:
    prepare(new_claim())
    prepare(new_claim())

    render_pending(at=NOON)

    assert (Document.objects.count(), StoredFile.objects.count()) == (2, 1)


def test_a_letter_that_cannot_be_typeset_fails_and_the_others_do_not() -> None:
    broken, good = new_claim(), new_claim()
    prepare(broken, count=0)
    prepare(good)

    render_pending(at=NOON)

    (letter,) = list_failed_letters()
    assert (letter.stream, letter.reason) == (broken, "cannot divide by zero")
    assert sentence(events_of(broken)[-1]) == "《理赔受理通知书》未能生成：cannot divide by zero"
    assert letters_of(good)[0].state == LetterState.RENDERED


def test_retry_letter_writes_it_by_the_handbook_in_force_now() -> None:
    claim = new_claim()
    failed = prepare(claim, count=0)
    render_pending(at=NOON)
    later = NOON + timedelta(hours=1)
    publish_letter(LETTER.replace("12 / values.count", "values.count"), later)

    retry_letter(letter_id=failed.id, by=ZHAO, at=later)
    render_pending(at=later)

    (letter,) = letters_of(claim)
    assert (letter.state, letter.handbook_version) == (LetterState.RENDERED, 2)


def test_retry_letter_refuses_what_did_not_fail() -> None:
    letter = prepare(new_claim())

    with pytest.raises(LetterNotFailed):
        retry_letter(letter_id=letter.id, by=ZHAO, at=NOON)
    with pytest.raises(NotFound):
        retry_letter(letter_id=new_id(), by=ZHAO, at=NOON)


def test_a_storage_that_is_away_is_tried_again_and_given_up_in_the_end(
    monkeypatch: pytest.MonkeyPatch, document_root: Path
) -> None:
    document_root.write_text("a file where the folder should be")
    claim = new_claim()
    prepare(claim)

    at = NOON
    for attempt in range(1, ATTEMPTS_MAX):
        assert render_pending(at=at) == 1
        assert render_pending(at=at) == 0
        assert letters_of(claim)[0].state == LetterState.PENDING
        at += timedelta(minutes=2**attempt)
    assert render_pending(at=at) == 1

    assert letters_of(claim)[0].state == LetterState.FAILED
    assert not store.storage().exists("x")


def test_a_worker_that_dies_leaves_the_letter_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = new_claim()
    prepare(claim)

    def die(*_arguments: Any, **_more: Any) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("baocheng.engine.documents.letters.render_letter", die)
        with pytest.raises(KeyboardInterrupt):
            render_pending(at=NOON)

    assert render_pending(at=NOON + timedelta(minutes=1)) == 0
    assert render_pending(at=NOON + timedelta(minutes=5)) == 1
    assert letters_of(claim)[0].state == LetterState.RENDERED
