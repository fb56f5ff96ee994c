"""The addresses of every face."""

from django.urls import include, path, re_path

from baocheng.rest.door import unknown_address
from baocheng.settings.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("baocheng.rest.urls")),
    re_path("^api/", unknown_address),
    path("", include("baocheng.desk.urls")),
]
