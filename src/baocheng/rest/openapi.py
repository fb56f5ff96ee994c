"""Adds to the OpenAPI document what the door does for every endpoint."""

from typing import Any

from baocheng.rest import rehearsal
from baocheng.rest.idempotency import HEADER, KEY_PATTERN, REPLAYED
from baocheng.rest.problems import MEDIA_TYPE, TITLES
from baocheng.rest.schema import FieldError, ProblemDocument

_PROBLEM = {"$ref": "#/components/schemas/ProblemDocument"}
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": (
        "同一键、同一内容重发时得到同一答复而不重复办理；同一键而内容不同时答 409。保留两天；"
        "被拒绝（4xx）的请求不占用键。"
    ),
    "schema": {"type": "string", "pattern": KEY_PATTERN},
}
_DRY_RUN = {
    "in": "header",
    "name": rehearsal.HEADER,
    "required": False,
    "description": "为 true 时照常办理并给出答复，但不保留任何结果。",
    "schema": {"type": "string", "enum": ["true", "false"]},
}


def refuses(*statuses: int) -> dict[str, Any]:
    """Return, as `openapi_extra`, the refusals that are an endpoint's own."""
    return {"responses": {status: _problem_answer(status) for status in statuses}}


def complete(document: dict[str, Any]) -> None:
    """Add the headers that the door reads and the problem documents that it answers."""
    schemas = document["components"]["schemas"]
    for model in (ProblemDocument, FieldError):
        described = model.model_json_schema(ref_template="#/components/schemas/{model}")
        described.pop("$defs", None)
        schemas[model.__name__] = described
    for methods in document["paths"].values():
        for method, operation in methods.items():
            if method != "get":
                operation["parameters"].append(_DRY_RUN)
            if method == "post":
                operation["parameters"].append(_IDEMPOTENCY_KEY)
                _add_header(operation, REPLAYED, "答复取自先前同一请求时为 true。")
            for status in _problem_statuses(method, operation):
                operation["responses"].setdefault(status, _problem_answer(status))


def _problem_statuses(method: str, operation: dict[str, Any]) -> list[int]:
    places = {parameter["in"] for parameter in operation["parameters"]}
    names = {parameter["name"] for parameter in operation["parameters"]}
    statuses = [400, 422]
    if operation.get("security"):
        statuses += [401, 403]
    if "path" in places:
        statuses.append(404)
    if method == "post":
        statuses += [409, 413]
    if "requestBody" in operation:
        statuses += [411, 413, 415]
    if "If-Match" in names:
        statuses += [409, 412, 428]
    return statuses


def _problem_answer(status: int) -> dict[str, Any]:
    return {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}


def _add_header(operation: dict[str, Any], name: str, description: str) -> None:
    for status, answer in operation["responses"].items():
        if 200 <= int(status) < 300:
            headers = answer.setdefault("headers", {})
            headers[name] = {"description": description, "schema": {"type": "string"}}
