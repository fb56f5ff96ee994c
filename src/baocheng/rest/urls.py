"""Addresses under `/api/v1/`."""

from django.urls import include, path, re_path

from baocheng.rest.api import api
from baocheng.rest.door import through_the_door, unknown_address

_endpoints, _application, _namespace = api.urls
for _endpoint in _endpoints:
    assert _endpoint.callback is not None
    _endpoint.callback = through_the_door(_endpoint.callback)

urlpatterns = [
    path("", include((_endpoints, _application), namespace=_namespace)),
    re_path("", unknown_address),
]
