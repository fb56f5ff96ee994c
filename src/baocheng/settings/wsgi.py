"""The web application for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from baocheng.cli import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baocheng.settings.production")
application = get_wsgi_application()
memory.settle()
