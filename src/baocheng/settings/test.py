"""The test suite: keys of its own, no waiting for password hashes; the server comes from conftest."""

import os
import tempfile
from pathlib import Path

os.environ["BAOCHENG_DATA"] = str(Path(tempfile.gettempdir()) / f"baocheng-test-{os.getuid()}")

from baocheng.settings.base import *  # noqa: E402, F403

IS_DEMO = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True
