"""Run the program: ``python -m segx_viewer``."""

import sys

from segx_viewer.cli import main

if __name__ == "__main__":
    sys.exit(main())
