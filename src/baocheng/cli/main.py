"""The `baocheng` command with everything it can do; each module registers its commands on `main`."""

import contextlib

from baocheng.cli import handbook, records, up
from baocheng.cli.root import main

with contextlib.suppress(ImportError):
    from baocheng.cli import importing

__all__ = ["handbook", "main", "records", "up"]

if __name__ == "__main__":
    main()
