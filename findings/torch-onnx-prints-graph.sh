#!/usr/bin/env bash
# torch 2.14.1, torch.onnx.export(dynamo=False, verbose=False): what cannot be exported is printed, whole.
#
# Guess: without `verbose` a failed export raises, and prints nothing; torch._C._jit_set_onnx_log_enabled(False) makes
#   sure of it.
# Case: the exporter asks whether its log is on by `_C._jit_is_onnx_log_enabled` without calling it, which is always
#   true, and switches the log on: the graph of the network stands on standard output, 476 lines for a vision
#   transformer of timm with `dynamic_img_size` at another size than its own.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.14.1 onnx==1.23.2 numpy==2.4.6

"$work/venv/bin/python" -W ignore - >"$work/said" <<'END'
import io

import torch
from torch import nn


class Resized(nn.Module):
    """Resizes as vision transformers do their position embeddings."""

    def forward(self, x):
        return nn.functional.interpolate(x, (8, 8), mode="bicubic", antialias=True)


torch._C._jit_set_onnx_log_enabled(False)
try:
    torch.onnx.export(Resized(), (torch.zeros(1, 3, 16, 16),), io.BytesIO(), dynamo=False, verbose=False)
except Exception as error:
    assert "not supported" in str(error), error
END
echo "printed by a failed export that was asked to be quiet:"
cat "$work/said"
grep -q "^Torch IR graph at exception: graph" "$work/said"
