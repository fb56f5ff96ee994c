"""The `baocheng` command with everything it can do; the modules register commands on `main`."""

from baocheng.cli import handbook, importing, records, up
from baocheng.cli.root import main

__all__ = ["handbook", "importing", "main", "records", "up"]

if __name__ == "__main__":
    main()
