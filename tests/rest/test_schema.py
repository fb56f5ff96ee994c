"""Generated requests against the whole API: no 500, and answers as the document says."""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

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
OPERATIONS = [
    (path, method) for path, methods in api.document["paths"].items() for method in methods
]


@pytest.fixture
def document(clerk, settings):
    """Return the API's document, the application staying on the test's connection."""
    # After the caller signed in: Django's own test client connects these again.
    settings.ALLOWED_HOSTS = ["*"]
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_request_breaks_the_api_or_its_document(document, clerk, path, method, mode):
    operation = document[path][method]

    @settings(
        max_examples=int(os.environ.get("SCHEMATHESIS_EXAMPLES", "10")),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def send(case):
        case.call_and_validate(headers=clerk.headers, checks=CHECKS)

    send()
