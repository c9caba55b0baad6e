"""The frozen program. Images are decoded in a process of their own, which is this program started again."""

import multiprocessing

# First of all: in such a process this line does the decoding and does not return, so that no window opens there.
multiprocessing.freeze_support()

from segx_viewer.cli import program  # noqa: E402

if __name__ == "__main__":
    program()
