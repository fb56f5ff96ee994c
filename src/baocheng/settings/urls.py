"""The addresses of every face."""

from importlib.util import find_spec

from django.urls import include, path

from baocheng.settings.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
]
if find_spec("baocheng.rest.urls"):
    urlpatterns.append(path("api/v1/", include("baocheng.rest.urls")))
if find_spec("baocheng.desk.urls"):
    urlpatterns.append(path("", include("baocheng.desk.urls")))
