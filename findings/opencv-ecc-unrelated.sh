#!/usr/bin/env bash
# OpenCV 5.0.0.93: findTransformECC returns a transformation for two pictures that have nothing in common.
#
# Guess: registration of unrelated pictures fails: the function raises StsNoConv ("The algorithm stopped before its
#   convergence ... Images may be uncorrelated or non-overlapped"), so that a returned matrix is one of the same thing.
# Case: a dark blob on a bright ground with texture, as every dermoscopy has one, drawn twice from other seeds. All of 20
#   such pairs return a Euclidean matrix without any error, and a correlation of up to 0.9: the blob alone gives it. What
#   tells them from a true pair is the correlation of the details, coarse shade taken away: at most 0.14, and 1.00.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import cv2
import numpy as np

SIZE = 200


def lesion(seed):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    blob = np.exp(-(((y - 100) / rng.uniform(35, 45)) ** 2 + ((x - 100) / rng.uniform(35, 45)) ** 2))
    texture = cv2.GaussianBlur(rng.standard_normal((SIZE, SIZE)).astype(np.float32), (0, 0), 2)
    return (0.8 - 0.5 * blob + 0.3 * texture).astype(np.float32)


def details(picture):
    return cv2.GaussianBlur(picture, (0, 0), 1) - cv2.GaussianBlur(picture, (0, 0), 8)


def correlation(a, b):
    return float(np.corrcoef(a[30:-30, 30:-30].ravel(), b[30:-30, 30:-30].ravel())[0, 1])


def register(fixed, moving):
    steps = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 100, 1e-5)
    found, matrix = cv2.findTransformECC(
        fixed, moving, np.eye(2, 3, dtype=np.float32), cv2.MOTION_EUCLIDEAN, steps, None, 5
    )
    moved = cv2.warpAffine(moving, matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return found, correlation(details(fixed), details(moved))


returned, fine = [], []
for seed in range(20):
    try:
        ecc, of_details = register(lesion(seed), lesion(seed + 100))
    except cv2.error:
        continue
    returned.append(ecc)
    fine.append(of_details)
turn = cv2.getRotationMatrix2D((99.5, 99.5), 5, 1.0)
true = cv2.warpAffine(lesion(0), turn, (SIZE, SIZE), borderMode=cv2.BORDER_REFLECT)
same, same_fine = register(lesion(0), true)
print(f"unrelated: {len(returned)} of 20 return a matrix, correlation up to {max(returned, default=0):.2f}, "
      f"of details at most {max(fine, default=0):.2f}; the same picture turned: {same:.2f}, {same_fine:.2f}")
holds = len(returned) >= 10 and max(returned) > 0.5 and max(fine) < 0.4 and same_fine > 0.8
sys.exit(0 if holds else 1)
PY
