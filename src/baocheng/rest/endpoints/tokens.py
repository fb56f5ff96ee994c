"""访问令牌: sign in, list, revoke."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import BaseModel, Field

from baocheng.kernel.time import now
from baocheng.rest.models import AccessToken
from baocheng.rest.openapi import refuses
from baocheng.rest.schema import Given, Moment
from baocheng.rest.tokens import Request, Scope, issue_token, list_tokens, revoke_token, sign_in

router = Router()

LIFETIME_DAYS = 30


class SignIn(Given):
    """What a token is asked for with."""

    login: str = Field(min_length=1, max_length=150, description="登录名。")
    password: str = Field(min_length=1, max_length=200, description="密码。")
    name: str = Field("", max_length=80, description="用途说明，便于日后辨认。")
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))] = Field(
        default=list(Scope), description="令牌的范围；缺省为全部。持有人的权限另行生效。"
    )
    lifetime_days: int = Field(LIFETIME_DAYS, ge=1, le=365, description="有效天数。")


class Token(BaseModel):
    """A token as its owner sees it."""

    id: UUID
    name: str
    scopes: list[Scope]
    issued_at: Moment
    expires_at: Moment


class NewToken(Token):
    """A token just issued: the only time its secret is told."""

    token: str = Field(description="请妥善保存，之后无法再次读取。")


class Tokens(BaseModel):
    """The tokens of one login."""

    items: list[Token]


@router.post(
    "",
    auth=None,
    response={201: NewToken},
    summary="以登录名和密码申请令牌",
    openapi_extra=refuses(401, 403, 429),
)
def create(request: HttpRequest, given: SignIn, response: HttpResponse) -> Status[NewToken]:
    user = sign_in(request, login=given.login, password=given.password)
    token, secret = issue_token(
        user,
        scopes=set(given.scopes),
        lifetime=timedelta(days=given.lifetime_days),
        name=given.name,
        at=now(),
    )
    response["Cache-Control"] = "no-store"
    return Status(201, NewToken(token=secret, **_shown(token).model_dump()))


@router.get("", response=Tokens, summary="我的有效令牌")
def list_mine(request: Request) -> Tokens:
    return Tokens(items=[_shown(token) for token in list_tokens(request.auth.user)])


@router.delete("/{id}", response={204: None}, summary="撤销令牌")
def revoke(request: Request, id: UUID) -> Status[None]:
    revoke_token(id, of=request.auth.user, at=now())
    return Status(204, None)


def _shown(token: AccessToken) -> Token:
    return Token(
        id=token.id,
        name=token.name,
        scopes=[Scope(scope) for scope in token.scopes],
        issued_at=token.issued_at,
        expires_at=token.expires_at,
    )
