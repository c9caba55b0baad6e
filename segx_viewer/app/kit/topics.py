"""Under which headings the manual's page of figures explains them; an alignment has its own name there."""

from segx_viewer.app.kit.i18n import mark

SCORE = mark("Percentage beside a finding")
LEVELS = mark("High, moderate, low certainty")
PROMISE = mark("Prediction set")
CUT_OFF = mark("Cut-off")
SEGU = mark("SegU certainty")
OUTSIDE = mark("Attribution outside the region")
OVERLAP = mark("Overlap of the top 5 % with the region")
HALVES = mark("Two halves of the samples")
SIZE = mark("Size of the region")
CURVE = mark("IoU-threshold curve")
RECORD = mark("What the badge rests on")
HIGHEST = mark("Highest probability")
ENTROPY = mark("Entropy of the probabilities")
ALL = (SCORE, LEVELS, PROMISE, CUT_OFF, SEGU, OUTSIDE, OVERLAP, HALVES, SIZE, CURVE, RECORD, HIGHEST, ENTROPY)
