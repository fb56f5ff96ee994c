"""The test suite: keys of its own, quick password hashes; the server comes from conftest."""

import os
import tempfile
from pathlib import Path

os.environ["BAOCHENG_DATA"] = str(Path(tempfile.gettempdir()) / f"baocheng-test-{os.getuid()}")
os.environ["BAOCHENG_DEMO"] = "1"

from baocheng.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True
