"""One installation, started by `baocheng up`."""

from baocheng.settings.base import *  # noqa: F403
