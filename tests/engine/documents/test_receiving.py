from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from pytest_django import DjangoAssertNumQueries, Settings

from baocheng.engine.documents.enums import DocumentState
from baocheng.engine.documents.models import Document, StoredFile
from baocheng.engine.documents.queries import (
    content_of,
    documents_of,
    get_document,
    seen_elsewhere,
)
from baocheng.engine.documents.receiving import (
    Accepted,
    AlreadyJudged,
    ReasonMissing,
    Refused,
    TooMany,
    Upload,
    accept_document,
    receive_documents,
    reject_document,
)
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.streams import Actor, Stream
from baocheng.kernel.ids import new_id
from baocheng.kernel.problems import NotFound
from baocheng.kernel.time import SHANGHAI

NOON = datetime(2025, 9, 26, 12, 0, tzinfo=SHANGHAI)
WANG = Actor(id="customer:1", name="王芳")
ZHAO = Actor(id="staff:1", name="赵敏", branch="1")
PDF = b"%PDF-1.7 invoice"

pytestmark = pytest.mark.django_db


def new_claim() -> Stream:
    return Stream("claim", new_id())


def upload(content: bytes = PDF, name: str = "发票.pdf", item: str = "invoice") -> Upload:
    return Upload(
        file=ContentFile(content),
        name=name,
        kind="medical_invoice",
        title="医疗费用发票",
        checklist_item=item,
    )


def receive(stream: Stream, *uploads: Upload) -> list[Accepted | Refused]:
    return receive_documents(stream=stream, uploads=uploads, by=WANG, at=NOON, source="portal")


def received(stream: Stream, *uploads: Upload) -> list[Accepted]:
    answers = receive(stream, *uploads)
    return [answer for answer in answers if isinstance(answer, Accepted)]


def test_receive_documents_keeps_the_good_files_of_an_upload(
    settings: Settings, document_root: Path
) -> None:
    settings.DOCUMENT_SIZE_MAX = 1024
    claim = new_claim()

    answers = receive(
        claim,
        upload(),
        upload(b"MZ\x90\0", "病历.pdf"),
        upload(b"%PDF-" + b"x" * 2048, "长.pdf"),
        upload(b"\xff\xd8\xff\xe0", "照片.jpeg", item="photo"),
    )

    codes = [answer.problem.code if isinstance(answer, Refused) else "" for answer in answers]
    assert codes == ["", "documents.type_mismatch", "documents.too_large", ""]
    documents = documents_of(claim)
    assert [(one.name, one.file.mime, one.state) for one in documents] == [
        ("发票.pdf", "application/pdf", "RECEIVED"),
        ("照片.jpeg", "image/jpeg", "RECEIVED"),
    ]
    assert content_of(documents[0]).read() == PDF
    assert len([path for path in document_root.rglob("*") if path.is_file()]) == 2


def test_receive_documents_records_each_file_without_its_name() -> None:
    claim = new_claim()

    receive(claim, upload(name="王芳身份证.pdf"))

    (event,) = events_of(claim)
    assert sentence(event) == "王芳 收到单证“医疗费用发票”"
    assert "王芳" not in str(event.payload)
    assert event.payload["sha256"] == documents_of(claim)[0].file_id


@pytest.mark.usefixtures("versions_read")
def test_receive_documents_costs_the_same_for_one_and_for_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for count in (1, 5):
        files = [upload(PDF + bytes([i]), item=str(i)) for i in range(count)]
        # savepoint, files, what is known, stream head, events, documents, release
        with django_assert_num_queries(9):
            receive(new_claim(), *files)


def test_receive_documents_links_the_same_content_instead_of_storing_it() -> None:
    claim = new_claim()
    (first,) = received(claim, upload())

    (again,) = received(claim, upload(name="另一个名字.pdf"))

    assert again == Accepted(first.document, is_duplicate=True)
    assert (Document.objects.count(), StoredFile.objects.count()) == (1, 1)
    assert len(events_of(claim)) == 1


def test_receive_documents_sees_the_same_content_within_one_upload() -> None:
    first, second = received(new_claim(), upload(), upload())

    assert (first.is_duplicate, second.is_duplicate) == (False, True)
    assert first.document is second.document
    assert Document.objects.count() == 1


def test_one_file_may_answer_two_items_of_the_checklist() -> None:
    first, second = received(new_claim(), upload(item="id_card"), upload(item="bank_card"))

    assert second.is_duplicate
    assert first.document.id != second.document.id
    assert (Document.objects.count(), StoredFile.objects.count()) == (2, 1)


def test_receive_documents_hints_at_other_streams_with_the_same_content() -> None:
    earlier, claim = new_claim(), new_claim()
    receive(earlier, upload())

    (answer,) = received(claim, upload())

    assert answer.seen_in == (earlier,)
    assert not answer.is_duplicate
    assert sentence(events_of(claim)[0]).endswith("（相同内容曾出现在其他案件中）")
    assert seen_elsewhere([answer.document]) == {answer.document.id: [earlier]}


def test_receive_documents_refuses_more_than_twenty_files(document_root: Path) -> None:
    with pytest.raises(TooMany):
        receive(new_claim(), *[upload(item=str(i)) for i in range(21)])

    assert not document_root.exists()


def test_accept_document_marks_it_once() -> None:
    claim = new_claim()
    (answer,) = received(claim, upload())

    accept_document(document_id=answer.document.id, by=ZHAO, at=NOON)

    assert get_document(answer.document.id).state == DocumentState.ACCEPTED
    assert sentence(events_of(claim)[-1]) == "赵敏 审核采用单证“医疗费用发票”"
    with pytest.raises(AlreadyJudged):
        reject_document(document_id=answer.document.id, reason="模糊", by=ZHAO, at=NOON)
    assert get_document(answer.document.id).state == DocumentState.ACCEPTED
    assert len(events_of(claim)) == 2


def test_reject_document_tells_the_reason() -> None:
    claim = new_claim()
    (answer,) = received(claim, upload())

    with pytest.raises(ReasonMissing):
        reject_document(document_id=answer.document.id, reason=" ", by=ZHAO, at=NOON)
    reject_document(
        document_id=answer.document.id,
        reason="印章模糊，请重拍",
        by=ZHAO,
        at=NOON + timedelta(hours=1),
    )

    rejected = get_document(answer.document.id)
    assert (rejected.state, rejected.reason) == (DocumentState.REJECTED, "印章模糊，请重拍")
    assert sentence(events_of(claim)[-1]) == "赵敏 未采用单证“医疗费用发票”：印章模糊，请重拍"


def test_unknown_documents_are_not_found() -> None:
    with pytest.raises(NotFound):
        get_document(new_id())
    with pytest.raises(NotFound):
        accept_document(document_id=new_id(), by=ZHAO, at=NOON)
