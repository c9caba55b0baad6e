#!/usr/bin/env bash
# ONNX Runtime 1.32.0: the first session of a program decides whether it has denormal numbers, for good and for all of it.
#
# Guess: `session.set_denormal_as_zero` is an option of one session. It counts while that session runs, on its threads.
# Case: onnxruntime 1.32.0 and NumPy 2.4.6 from PyPI, Python 3.11, x86-64, Linux. Graphs of one Relu, on one thread each.
# Seen: where the first session has the option, making it sets the processor's flags of the thread that makes it. From then
#   on NumPy's and Python's own arithmetic has no denormal numbers there (5e-324 * 1.0 is 0), nor in threads that are
#   begun later, nor after the session was closed and others without the option were run. Where the first session does
#   not have it, a later one with it changes nothing. So what a program computes depends on which session came first,
#   and a saliency map's smallest values may be zeros.
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: \
  onnxruntime==1.32.0 numpy==2.4.6 onnx==1.22.0

cat >"$work/denormals.py" <<'EOF'
import sys
import threading

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu", values[:1], values[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def run(as_zero):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    if as_zero:
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    session.run(None, {"x": np.ones(1, np.float32)})


def smallest():
    return float(sys.float_info.min) * sys.float_info.epsilon, float(np.full(8, 1e-40, np.float32)[3] / 2)


first = sys.argv[1] == "first"
elsewhere = []
run(as_zero=first)
run(as_zero=not first)
thread = threading.Thread(target=lambda: elsewhere.append(smallest()))
thread.start()
thread.join()
found = smallest(), elsewhere[0]
print(f"the option in the {sys.argv[1]} of two sessions, both closed: Python and NumPy have {found[0]}, a later thread {found[1]}")
sys.exit(any(bool(value) == first for both in found for value in both))
EOF

"$work/venv/bin/python" "$work/denormals.py" first
"$work/venv/bin/python" "$work/denormals.py" second
