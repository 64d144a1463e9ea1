"""Make this checkout importable in its .venv and write the `fours` starter; run with the .venv's Python."""

import stat
import sys
import sysconfig
from pathlib import Path

STARTER = """#!{python}
import sys

from fours.cli.main import main

sys.exit(main())
"""


def link(checkout: Path) -> None:
    """Afterwards `import fours` and `.venv/bin/fours` work from any folder."""
    Path(sysconfig.get_path("purelib"), "fours.pth").write_text(f"{checkout}\n")
    starter = Path(sysconfig.get_path("scripts"), "fours")
    starter.write_text(STARTER.format(python=sys.executable))
    starter.chmod(starter.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


if __name__ == "__main__":
    link(Path(__file__).resolve().parent.parent)
