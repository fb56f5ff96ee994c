"""Generated requests against the whole API: no 500, and answers as the document says."""

import os
import pkgutil
from collections import Counter
from importlib import import_module
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from baocheng.rest import endpoints
from baocheng.rest.api import api
from baocheng.settings.wsgi import application

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "8"))


@pytest.fixture
def existing(adjuster, policy, report_by_phone) -> dict[str, dict[str, str]]:
    """Return, by the beginning of an address, identifiers of things that exist."""
    claim = report_by_phone()
    [task] = adjuster.get("/tasks").json()["items"]
    [token] = adjuster.get("/tokens").json()["items"]
    return {
        "/api/v1/claims/{number}": {"number": claim["number"]},
        "/api/v1/policies/{number}": {"number": policy},
        "/api/v1/tasks/{id}": {"id": task["id"]},
        "/api/v1/tokens/{id}": {"id": token["id"]},
        "/api/v1/handbook/processes/{key}": {"key": "claim_handling"},
        "/api/v1/handbook/decisions/{key}": {"key": "claim_triage"},
    }


@pytest.fixture
def document(existing, settings):
    """Return the API's document, the application staying on the test's connection."""
    # Last of all: Django's own test client connects these again.
    settings.ALLOWED_HOSTS = ["*"]
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def attack(operation: Any, mode: GenerationMode, headers: dict[str, str], **fixed: Any) -> None:
    """Send generated requests, each undone before the next."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode, **fixed))
    def send(case: Any) -> None:
        with transaction.atomic():
            try:
                # In a form or query everything is text, so that no kind of value is wrong there.
                is_text = case.media_type != "application/json" or case.query
                excluded = [checks.negative_data_rejection] if is_text else []
                case.call_and_validate(headers=headers, checks=CHECKS, excluded_checks=excluded)
            finally:
                transaction.set_rollback(True)

    send()


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_breaks_the_api_or_its_document(document, existing, adjuster, mode):
    failures = []
    for path, methods in api.document["paths"].items():
        for method in methods:
            known = [ids for start, ids in existing.items() if path.startswith(start)]
            for fixed in ({}, *({"path_parameters": ids} for ids in known)):
                try:
                    attack(document[path][method], mode, adjuster.headers, **fixed)
                except Exception as failure:  # noqa: BLE001 -- all of them are told together
                    failures.append(failure)

    if failures:
        raise ExceptionGroup(f"{len(failures)} operations", failures)


def test_schemas_have_names_of_their_own():
    models = [
        model
        for module in pkgutil.iter_modules(endpoints.__path__)
        for model in vars(import_module(f"{endpoints.__name__}.{module.name}")).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
    ]

    names = Counter(model.__name__ for model in set(models))
    assert [name for name, count in names.items() if count > 1] == []
