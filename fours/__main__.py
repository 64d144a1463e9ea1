"""`python -m fours` is the same program as `fours`."""

import sys

from fours.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
