"""People of the company at their desks: what they see, do, and are refused."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from baocheng.areas.claims.models import Claim
from baocheng.areas.customers.models import Party
from baocheng.areas.policies.models import Policy
from baocheng.demo.company import PASSWORD
from baocheng.engine.journal.models import EventRow
from baocheng.engine.work.models import Draft, WorkItem

Seat = Callable[[str], Client]


def texts(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def latest(element: str, **wanted: Any) -> WorkItem:
    items = WorkItem.objects.filter(process="claim_handling", element=element, state="OPEN")
    return items.filter(**wanted).latest("opened_at")


def number_of(item: WorkItem) -> str:
    return str(Claim.objects.get(pk=item.stream_id).number)


# --- the door --------------------------------------------------------------------------------


def test_stranger_is_sent_to_sign_in_and_back(noon: datetime) -> None:
    response = Client().get("/claims/?state=PAID")

    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/claims/%3Fstate%3DPAID"


def test_part_of_a_page_sends_a_stranger_to_sign_in(noon: datetime) -> None:
    response = Client().get("/search/?q=a", headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == "/sign-in/"


def test_sign_in_is_recorded_and_goes_where_one_wanted(noon: datetime) -> None:
    client = Client()

    sent = {"username": "zhaomin", "password": PASSWORD, "next": "/claims/"}
    response = client.post("/sign-in/", sent)

    assert response["Location"] == "/claims/"
    row = EventRow.objects.filter(type="desk.staff.signed_in.v1").latest("id")
    assert (row.actor_name, row.payload) == ("赵敏", {"login": "zhaomin"})


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_sign_in_never_leads_elsewhere(noon: datetime, elsewhere: str) -> None:
    sent = {"username": "zhaomin", "password": PASSWORD, "next": elsewhere}

    assert Client().post("/sign-in/", sent)["Location"] == "/"


def test_wrong_password_is_refused_in_words(noon: datetime) -> None:
    before = EventRow.objects.count()

    response = Client().post("/sign-in/", {"username": "zhaomin", "password": "x"})

    assert response.status_code == 422
    assert "登录名或密码不对" in response.content.decode()
    assert EventRow.objects.count() == before


def test_sign_out_ends_the_session(seat: Seat) -> None:
    client = seat("zhaomin")

    client.post("/sign-out/")

    assert client.get("/").status_code == 302


# --- who may see what ------------------------------------------------------------------------

EVERYWHERE = {
    "/": "admin zhaomin chenjing sunli zhouting liqiang wujie zhengyi qianhe",
    "/handbook/": "admin zhaomin chenjing sunli zhouting liqiang wujie zhengyi qianhe",
    "/claims/": "zhaomin chenjing sunli zhouting zhengyi qianhe",
    "/claims/report/": "zhaomin chenjing zhouting liqiang",
    "/policies/": "zhaomin chenjing sunli zhouting liqiang wujie qianhe",
    "/customers/": "zhaomin chenjing sunli zhouting wujie qianhe",
    "/approvals/": "chenjing sunli",
    "/administration/journal/": "admin sunli qianhe",
    "/administration/organisation/": "admin qianhe",
}


@pytest.mark.parametrize("address", EVERYWHERE)
def test_page_opens_for_those_who_may_and_for_nobody_else(seat: Seat, address: str) -> None:
    cast = EVERYWHERE["/"].split()

    opened = {login for login in cast if seat(login).get(address).status_code == 200}

    assert opened == set(EVERYWHERE[address].split())


@pytest.mark.parametrize("login", EVERYWHERE["/"].split())
def test_navigation_leads_to_no_refusal(seat: Seat, login: str) -> None:
    client = seat(login)
    nav = re.search(r'<nav class="nav".*?</nav>', client.get("/").content.decode(), re.DOTALL)
    assert nav is not None

    answers = {url: client.get(url).status_code for url in re.findall(r'href="([^"]+)"', nav[0])}

    assert set(answers.values()) == {200}


def test_address_that_leads_nowhere_says_what_to_do(seat: Seat) -> None:
    response = seat("zhaomin").get("/nothing/here/")

    assert response.status_code == 404
    assert "回到待办" in response.content.decode()


def test_reloading_a_refused_form_goes_back_to_the_case(seat: Seat) -> None:
    item = latest("assess_liability")

    response = seat("zhaomin").get(reverse("desk:task_complete", args=[item.id]))

    assert response["Location"] == reverse("desk:case", args=[number_of(item)])


def test_claim_of_another_branch_does_not_exist(seat: Seat) -> None:
    claim = Claim.objects.exclude(number=None).latest("id")
    Claim.objects.filter(pk=claim.pk).update(branch="1/11")

    response = seat("zhaomin").get(reverse("desk:case", args=[claim.number]))

    assert response.status_code == 404
    assert "没有找到" in response.content.decode()


# --- how much is asked of the database -------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/", 10),
        ("/claims/", 10),
        ("/claims/report/", 10),
        ("/policies/", 10),
        ("/handbook/", 10),
        ("/handbook/process/claim_handling/", 10),
        ("/handbook/clocks/", 10),
        ("/approvals/", 10),
    ],
)
def test_page_asks_the_database_little(seat: Seat, address: str, most: int) -> None:
    assert statements(seat("chenjing"), address) <= most


@pytest.mark.parametrize(
    "tab",
    [
        "case",
        "case_documents",
        "case_sheet",
        "case_decisions",
        "case_payments",
        "case_messages",
        "case_timeline",
    ],
)
def test_case_asks_the_database_little(seat: Seat, tab: str) -> None:
    client, item = seat("zhaomin"), latest("assess_liability")
    client.post(reverse("desk:task_take", args=[item.id]))

    assert statements(client, reverse(f"desk:{tab}", args=[number_of(item)])) <= 15


def statements(client: Client, address: str) -> int:
    """Count the statements of a second look, when the session and the handbook are warm."""
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    asked = [one["sql"] for one in captured.captured_queries]
    return len([sql for sql in asked if "SAVEPOINT" not in sql])


# --- the worklist ----------------------------------------------------------------------------


def test_worklist_puts_the_tightest_clock_first(seat: Seat) -> None:
    page = seat("zhaomin").get("/").content.decode()

    moments = re.findall(r'<td class="work-clock">.*?datetime="([^"]+)"', page, re.DOTALL)
    assert moments == sorted(moments)
    assert len(moments) > 2


def test_worklist_masks_names(seat: Seat) -> None:
    page = seat("zhaomin").get("/").content.decode()

    names = re.findall(r'<td class="work-customer">([^<]*)', page)
    assert names
    assert all(name[1:] == "*" * (len(name) - 1) for name in names)


def test_filter_stands_in_the_address(seat: Seat) -> None:
    page = seat("zhaomin").get("/?step=assess_liability").content.decode()

    assert set(re.findall(r'<td class="work-task">([^<]*)', page)) <= {"责任认定", "重新认定责任"}


def test_place_in_the_list_that_cannot_be_is_refused(seat: Seat) -> None:
    assert seat("zhaomin").get("/?after=nonsense").status_code == 422
    assert seat("zhaomin").get("/claims/?after=nonsense").status_code == 422


def test_taking_a_task_opens_its_case(seat: Seat) -> None:
    item = latest("assess_liability")

    response = seat("zhaomin").post(reverse("desk:task_take", args=[item.id]))

    assert response["Location"] == reverse("desk:case", args=[number_of(item)])
    item.refresh_from_db()
    assert item.assignee_name == "赵敏"


def test_preview_of_taking_several_takes_nothing(seat: Seat) -> None:
    item = latest("assess_liability")

    response = seat("zhaomin").post(reverse("desk:take_several"), {"task": str(item.id)})

    assert "“责任认定”转到您名下" in response.content.decode()
    item.refresh_from_db()
    assert item.assignee == ""


def test_several_are_taken_once_it_is_confirmed(seat: Seat) -> None:
    items = [latest("assess_liability"), latest("confirm_calculation")]

    sent = {"task": [str(item.id) for item in items], "confirmed": "1"}
    response = seat("zhaomin").post(reverse("desk:take_several"), sent)

    assert texts(response) == ["已领取 2 件。"]


def test_export_is_recorded_and_runs_no_formula(seat: Seat) -> None:
    item = latest("assess_liability")
    WorkItem.objects.filter(pk=item.pk).update(summary={**item.summary, "customer": "=1+1"})

    response = seat("zhaomin").get(reverse("desk:worklist_export"))

    assert "'=1+1" in response.content.decode("utf-8-sig")
    assert EventRow.objects.filter(type="desk.list.exported.v1").latest("id").actor_name == "赵敏"


# --- tasks -----------------------------------------------------------------------------------


def taken(client: Client, element: str, **wanted: Any) -> WorkItem:
    item = latest(element, **wanted)
    client.post(reverse("desk:task_take", args=[item.id]))
    item.refresh_from_db()
    return item


def test_form_that_is_handed_in_moves_the_case_on(seat: Seat) -> None:
    client = seat("zhaomin")
    item = taken(client, "assess_liability")

    sent = {"liability": "COVERED", "revision": item.revision}
    response = client.post(reverse("desk:task_complete", args=[item.id]), sent)

    assert texts(response)[-1] == "“责任认定”已提交。"
    item.refresh_from_db()
    assert item.state == "DONE"
    assert Claim.objects.get(pk=item.stream_id).liability == "COVERED"


def test_refused_form_shows_problems_beside_fields_and_keeps_what_was_typed(seat: Seat) -> None:
    client = seat("zhaomin")
    item = taken(client, "assess_liability")

    sent = {"liability": "NOT_COVERED", "facts": "体检项目"}
    response = client.post(reverse("desk:task_complete", args=[item.id]), sent)

    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="problem_clause"' in page
    assert "请填写“依据条款”。" in page
    assert ">体检项目</textarea>" in page
    item.refresh_from_db()
    assert item.state == "CLAIMED"
    assert "体检项目" in client.get(reverse("desk:case", args=[number_of(item)])).content.decode()


def test_stale_form_is_refused_and_its_text_kept(seat: Seat) -> None:
    client = seat("zhaomin")
    item = taken(client, "assess_liability")

    sent = {"liability": "COVERED", "facts": "我写的话", "revision": item.revision - 1}
    response = client.post(reverse("desk:task_complete", args=[item.id]), sent)

    assert response.status_code == 409
    assert "已被他人更新" in response.content.decode()
    assert "我写的话" in response.content.decode()
    item.refresh_from_db()
    assert item.state == "CLAIMED"


def test_completing_twice_says_so(seat: Seat) -> None:
    client = seat("zhaomin")
    item = taken(client, "assess_liability")
    address = reverse("desk:task_complete", args=[item.id])
    client.post(address, {"liability": "COVERED"})

    response = client.post(address, {"liability": "COVERED"})

    assert response.status_code == 409
    assert "已经完成，不能重复提交" in response.content.decode()


def test_draft_is_kept_as_typed(seat: Seat) -> None:
    client = seat("zhaomin")
    item = taken(client, "assess_liability")

    response = client.post(reverse("desk:task_draft", args=[item.id]), {"facts": "写到一半"})

    assert response.status_code == 204
    assert "写到一半" in client.get(reverse("desk:case", args=[number_of(item)])).content.decode()


def test_task_of_somebody_elses_role_does_not_exist(seat: Seat) -> None:
    item = latest("approve_claim")

    response = seat("zhaomin").post(reverse("desk:task_complete", args=[item.id]), {})

    assert response.status_code == 404


def test_released_task_goes_back_to_its_pool(seat: Seat) -> None:
    client = seat("zhaomin")
    item = taken(client, "assess_liability")

    client.post(reverse("desk:task_release", args=[item.id]))

    item.refresh_from_db()
    assert (item.state, item.assignee) == ("OPEN", "")


# --- reporting a loss ------------------------------------------------------------------------

REPORT = {
    "insured_name": "王芳",
    "loss_at": "2026-06-09T08:30",
    "reporter_name": "王强",
    "reporter_phone": "13800001111",
}


def test_three_answers_make_a_claim(seat: Seat) -> None:
    client = seat("zhouting")
    client.post(reverse("desk:report_draft"), REPORT)

    response = client.post(reverse("desk:report"), REPORT)

    claim = Claim.objects.latest("id")
    assert response["Location"] == reverse("desk:case", args=[claim.number])
    assert (claim.insured_name, claim.reporter_name) == ("王芳", "王强")
    assert Draft.objects.filter(form="report_loss").count() == 0


def test_lines_of_a_report_become_lines_of_the_claim(seat: Seat) -> None:
    policy = Policy.objects.filter(product="million_medical").latest("id")
    line = {
        "lines.0.head": "surgery",
        "lines.0.incurred_on": "2026-06-08",
        "lines.0.amount": "12,300.50",
        "lines.0.social_insurance_paid": "300.50",
        "lines.3.head": "",
    }

    seat("zhouting").post(
        reverse("desk:report"), {**REPORT, "policy_number": policy.number, **line}
    )

    claim = Claim.objects.latest("id")
    assert claim.policy_number == policy.number
    assert str(claim.claimed_amount) == "12300.50"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"loss_at": "2027-01-01T00:00"}, "loss_at"),
        ({"reporter_name": ""}, "reporter_name"),
        ({"policy_number": "P0000"}, "policy_number"),
    ],
)
def test_refused_report_opens_nothing_and_keeps_the_draft(
    seat: Seat, changed: dict[str, str], field: str
) -> None:
    client, before = seat("zhouting"), Claim.objects.count()

    response = client.post(reverse("desk:report"), {**REPORT, **changed})

    assert response.status_code == 422
    assert f'id="problem_{field}"' in response.content.decode()
    assert Claim.objects.count() == before
    assert "13800001111" in client.get(reverse("desk:report")).content.decode()


def test_refused_report_shows_its_lines_again(seat: Seat) -> None:
    line = {"lines.0.head": "surgery", "lines.0.incurred_on": "2026-06-08", "lines.0.amount": "-5"}

    response = seat("zhouting").post(reverse("desk:report"), {**REPORT, **line})

    page = response.content.decode()
    assert response.status_code == 422
    assert 'name="lines.0.amount" value="-5"' in page
    assert "金额“-5”无效" in page


# --- approvals -------------------------------------------------------------------------------


def test_preview_of_a_batch_leaves_nothing_behind(seat: Seat) -> None:
    item, events = latest("approve_claim"), EventRow.objects.count()

    response = seat("chenjing").post(reverse("desk:approve_several"), {"task": str(item.id)})

    assert "批准 1 件" in response.content.decode()
    item.refresh_from_db()
    assert item.state == "OPEN"
    assert EventRow.objects.count() == events


def test_confirmed_batch_is_approved(seat: Seat) -> None:
    item = latest("approve_claim")

    sent = {"task": str(item.id), "confirmed": "1", "reason": "同意"}
    response = seat("chenjing").post(reverse("desk:approve_several"), sent)

    assert texts(response) == ["已批准 1 件。"]
    item.refresh_from_db()
    assert item.state == "DONE"


# --- customers -------------------------------------------------------------------------------


def test_protected_field_is_shown_for_a_reason_and_recorded(seat: Seat) -> None:
    party = Party.objects.filter(name="王芳").earliest("id")
    client, address = seat("zhaomin"), reverse("desk:reveal", args=[party.id, "PHONE"])

    masked = client.get(reverse("desk:customer", args=[party.id])).content.decode()
    revealed = client.post(address, {"reason": "联系补充材料"}).content.decode()

    assert party.phone not in masked
    assert party.phone in revealed
    row = EventRow.objects.filter(stream_id=party.id).latest("position")
    assert row.payload["reason"] == "联系补充材料"


def test_nobody_looks_without_a_reason(seat: Seat) -> None:
    party = Party.objects.filter(name="王芳").earliest("id")
    before = EventRow.objects.count()

    address = reverse("desk:reveal", args=[party.id, "PHONE"])
    response = seat("zhaomin").post(address, {"reason": " "})

    assert response.status_code == 422
    assert 'id="problem_reason"' in response.content.decode()
    assert party.phone not in response.content.decode()
    assert EventRow.objects.count() == before


def test_customer_page_never_holds_what_is_protected(seat: Seat) -> None:
    party = Party.objects.filter(name="王芳").earliest("id")
    numbers = [party.phone, party.identity_number, *(a.number for a in party.bank_accounts.all())]

    page = seat("zhaomin").get(reverse("desk:customer", args=[party.id])).content.decode()

    assert [number for number in numbers if number in page] == []


# --- files -----------------------------------------------------------------------------------


def test_each_file_is_accepted_or_refused_on_its_own(seat: Seat) -> None:
    client, item = seat("zhaomin"), latest("review_documents")
    files = [
        SimpleUploadedFile("发票.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"),
        SimpleUploadedFile("病历.pdf", b"MZ\x90\x00 this is a program"),
    ]

    address = reverse("desk:case_files", args=[number_of(item)])
    response = client.post(address, {"kind": "invoice", "files": files})

    page = response.content.decode()
    assert response.status_code == 422
    assert "病历.pdf：" in page
    assert "发票.pdf：" not in page
    assert 'href="/documents/' in page


def test_files_are_taken_from_a_browser_that_proves_where_they_come_from(seat: Seat) -> None:
    address = reverse("desk:case_files", args=[number_of(latest("review_documents"))])
    client = Client(enforce_csrf_checks=True)
    client.cookies = seat("zhaomin").cookies
    page = client.get(address, follow=True).content.decode()
    [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
    file = SimpleUploadedFile("发票.pdf", b"%PDF-1.4\n%%EOF")

    sent = {"kind": "invoice", "files": [file], "csrfmiddlewaretoken": token}
    response = client.post(address, sent)

    assert response.status_code == 302
    assert client.post(address, {"kind": "invoice", "files": [file]}).status_code == 403


def test_document_cannot_run_anything(seat: Seat) -> None:
    client, item = seat("zhaomin"), latest("review_documents")
    file = SimpleUploadedFile("发票.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
    number = number_of(item)
    client.post(reverse("desk:case_files", args=[number]), {"kind": "invoice", "files": [file]})
    page = client.get(reverse("desk:case_documents", args=[number])).content.decode()

    address = re.findall(r'href="(/documents/[^"]+)">发票', page)[0]

    assert "sandbox" in client.get(address)["Content-Security-Policy"]
    assert seat("wujie").get(address).status_code == 403


# --- administration --------------------------------------------------------------------------


def test_journal_is_recomputed_on_request(seat: Seat) -> None:
    page = seat("qianhe").post(reverse("desk:journal")).content.decode()

    assert "指纹相符" in page


def test_clock_refuses_what_is_no_duration(seat: Seat) -> None:
    response = seat("zhaomin").post(reverse("desk:clock"), {"advance": "明天"})

    assert response.status_code == 422
    assert "P10D 是十天" in response.content.decode()


def test_search_finds_a_claim_by_number(seat: Seat) -> None:
    number = Claim.objects.exclude(number=None).latest("id").number

    page = seat("zhaomin").get("/search/", {"q": number}, headers={"HX-Request": "true"})

    assert reverse("desk:case", args=[number]) in page.content.decode()


def test_english_is_one_click_away(seat: Seat) -> None:
    client = seat("zhaomin")
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})

    assert "My work" in client.get("/").content.decode()
