"""Signing in, scopes, expiry and revocation."""

from datetime import timedelta

from django.utils import timezone

from baocheng.engine.journal.models import EventRow
from baocheng.engine.journal.queries import sentence
from baocheng.rest.models import AccessToken

PASSWORD = "yi-ge-hao-mima-2026"


def test_token_is_issued_against_login_and_kept_only_as_hash(anonymous, zhao_min):
    answer = anonymous.post("/tokens", {"login": "zhaomin", "password": PASSWORD, "name": "对账"})

    assert answer.status_code == 201
    issued = answer.json()
    token = AccessToken.objects.get()
    assert str(token.id) == issued["id"]
    assert token.secret_hash != issued["token"]
    assert issued["token"] not in str(AccessToken.objects.values())
    assert (token.expires_at - token.issued_at) == timedelta(days=30)
    assert answer["Cache-Control"] == "no-store"
    [recorded] = EventRow.objects.filter(stream_kind="token")
    assert (recorded.type, recorded.actor_name) == ("rest.token.issued.v1", "赵敏")
    assert sentence(recorded).startswith("赵敏 签发访问令牌“对账”，范围 claims:read、claims:write")
    assert issued["token"] not in str(recorded.payload)


def test_wrong_password_and_unknown_login_are_answered_alike(anonymous, zhao_min):
    wrong = anonymous.post("/tokens", {"login": "zhaomin", "password": "wrong"})
    unknown = anonymous.post("/tokens", {"login": "nobody", "password": "wrong"})

    assert wrong.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.json()["code"] == "rest.login_refused"
    assert AccessToken.objects.count() == 0


def test_wrong_passwords_lock_the_login_even_under_idempotency_keys(anonymous, zhao_min, settings):
    settings.AXES_ENABLED = True
    for attempt in range(5):
        anonymous.post(
            "/tokens",
            {"login": "zhaomin", "password": f"wrong-{attempt}"},
            Idempotency_Key=f"try-{attempt}",
        )

    answer = anonymous.post("/tokens", {"login": "zhaomin", "password": PASSWORD})

    assert answer.status_code == 429
    assert answer.json()["code"] == "rest.login_locked"
    assert AccessToken.objects.count() == 0


def test_request_without_valid_token_is_refused(anonymous, caller):
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    for who in (anonymous, caller):
        answer = who.get("/tokens")
        assert answer.status_code == 401
        assert answer.json()["code"] == "rest.unauthenticated"
        assert answer["WWW-Authenticate"] == 'Bearer realm="baocheng"'


def test_token_of_deactivated_user_opens_nothing(caller, zhao_min):
    zhao_min.is_active = False
    zhao_min.save()

    assert caller.get("/tokens").status_code == 401


def test_scope_bounds_what_a_token_opens(sign_in):
    narrow = sign_in(scopes=["tasks:read"])

    answer = narrow.get("/handbook/versions")

    assert answer.status_code == 403
    assert answer.json()["code"] == "rest.scope_missing"
    assert answer.json()["extra"] == {"scope": "handbook:read"}


def test_revoked_token_opens_nothing_and_revoking_twice_is_one_fact(sign_in):
    first, second = sign_in(), sign_in()
    [mine, other] = second.get("/tokens").json()["items"]

    assert second.delete(f"/tokens/{other['id']}").status_code == 204
    assert second.delete(f"/tokens/{other['id']}").status_code == 204

    assert first.get("/tokens").status_code == 401
    assert [item["id"] for item in second.get("/tokens").json()["items"]] == [mine["id"]]
    assert EventRow.objects.filter(type="rest.token.revoked.v1").count() == 1


def test_login_of_nobody_who_works_here_gets_no_token(anonymous, django_user_model):
    django_user_model.objects.create_user("stranger", password=PASSWORD)

    answer = anonymous.post("/tokens", {"login": "stranger", "password": PASSWORD})

    assert answer.status_code == 403
    assert answer.json()["code"] == "organisation.not_staff"
    assert AccessToken.objects.count() == 0


def test_token_of_somebody_else_is_not_found(caller, hire):
    li_qiang = hire("1002", "李强", "liqiang").user
    token = AccessToken.objects.get()
    AccessToken.objects.create(
        user=li_qiang,
        secret_hash="x",
        scopes=[],
        issued_at=token.issued_at,
        expires_at=token.expires_at,
    )
    theirs = AccessToken.objects.get(user=li_qiang)

    assert caller.delete(f"/tokens/{theirs.id}").status_code == 404
    assert AccessToken.objects.get(user=li_qiang).revoked_at is None
