"""The API object that the endpoints hang on."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer
from ninja.responses import Response

from baocheng.rest import openapi
from baocheng.rest.conditions import etag
from baocheng.rest.endpoints import (
    claim_drafts,
    claim_files,
    claims,
    decisions,
    handbook,
    policies,
    processes,
    tasks,
    tokens,
)
from baocheng.rest.parsing import StrictParser
from baocheng.rest.problems import answer_to
from baocheng.rest.strictness import knowing_its_parameters
from baocheng.rest.tokens import Bearer

VERSION = "1.0.0"
DESCRIPTION = """保程的业务接口。

* 认证：先以登录名和密码 `POST /api/v1/tokens`，再在每个请求中带 `Authorization: Bearer <令牌>`。
* 重发：每个 POST 都可带 `Idempotency-Key`；同一键、同一内容只办理一次。
* 试办：改动可带 `Dry-Run: true`，照常校验并答复，但不保留任何结果。
* 并发：单项内容带 `ETag`；修改须带 `If-Match`，读取可带 `If-None-Match`。
* 翻页：列表答复中的 `next` 即下一页地址。
* 拒绝：一律为 RFC 9457 `application/problem+json`；`code` 供程序判断，`detail` 可向客户宣读。
* 金额为两位小数的文本，单位人民币元；时刻带时区。个人信息一律脱敏。
"""


class PlainRenderer(JSONRenderer):
    """JSON in which Chinese stays readable."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


class Api(NinjaAPI):
    """ninja's API with strict bodies and problems for every refusal."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        return answer_to(exc, request)

    @cached_property
    def document(self) -> OpenAPISchema:
        """The OpenAPI document, made once."""
        document = self.get_openapi_schema()
        openapi.complete(document)
        return document


api = Api(
    title="保程 Baocheng",
    version=VERSION,
    urls_namespace="api",
    description=DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    parser=StrictParser(),
    renderer=PlainRenderer(),
    auth=Bearer(),
)
api.add_decorator(knowing_its_parameters)
api.add_router("/tokens", tokens.router, tags=["访问令牌"])
api.add_router("/claims/draft", claim_drafts.router, tags=["赔案"])
api.add_router("/claims", claims.router, tags=["赔案"])
api.add_router("/claims/{number}", claim_files.router, tags=["赔案"])
api.add_router("/tasks", tasks.router, tags=["任务"])
api.add_router("/policies", policies.router, tags=["保单"])
api.add_router("/handbook", handbook.router, tags=["服务手册"])
api.add_router("/handbook/processes", processes.router, tags=["服务手册"])
api.add_router("/handbook/decisions", decisions.router, tags=["服务手册"])
if settings.IS_DEMO:
    # Elsewhere the demonstration clock is not even installed.
    from baocheng.rest.endpoints import demo

    api.add_router("/demo", demo.router, tags=["示范"])


@api.get("/openapi.json", auth=None, include_in_schema=False)
def read_document(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI 3.1 document."""
    response = Response(api.document, json_dumps_params={"ensure_ascii": False})
    response["ETag"] = etag(response.content)
    return response
