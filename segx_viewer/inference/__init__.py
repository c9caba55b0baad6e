"""Networks: bundles, prediction, segmentation, attribution. torch lives here and in training."""

import os

# Between two passes torch's helper threads wait for work in a busy loop, for milliseconds. The window and the
# alignments want those cores: let the threads sleep after tens of microseconds. Read when torch is imported.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")
