"""Let every event be registered: the faces register theirs only when their addresses are loaded."""

from importlib import import_module
from pathlib import Path

import baocheng

SOURCE = Path(baocheng.__file__).parent

for _file in sorted(SOURCE.glob("**/events.py")):
    import_module("baocheng." + ".".join(_file.relative_to(SOURCE).with_suffix("").parts))
