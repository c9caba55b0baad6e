import subprocess
import sys

import pytest
import torch
from torch import nn

from segx_viewer.networks.architectures import Uninitialised, build_segmenter


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_loading_a_bundle_does_not_import_torchs_compiler():
    script = """
import sys
from segx_viewer.bundles.store import BundleStore
store = BundleStore()
for name in store.bundles():
    store.classifier(name), store.segmenter(name)
print([m for m in ("torch._dynamo", "sympy", "triton") if m in sys.modules])
"""
    assert run(script) == "[]"


def test_the_compiler_is_itself_afterwards():
    script = """
import segx_viewer.networks.libraries
import torch, torchvision
from torchvision.ops.roi_align import is_compile_supported
supported = is_compile_supported("cpu")
import torch._dynamo.utils
print(supported == torch._dynamo.utils.is_compile_supported("cpu"), callable(torch._dynamo.explain))
"""
    assert run(script) == "True True"


@pytest.mark.parametrize(
    "wants", ["import torch._dynamo; torch._dynamo.explain", "from torch._dynamo.utils import counters"]
)
def test_a_library_that_wants_more_of_the_compiler_gets_it(tmp_path, wants):
    (tmp_path / "wanting.py").write_text(wants)
    script = f"""
import sys
from segx_viewer.process import import_lean
sys.path.append({str(tmp_path)!r})
import_lean("wanting")
print("wanting" in sys.modules, "sympy" in sys.modules)
"""
    assert run(script) == "True True"


def test_a_network_that_is_built_without_drawing_its_weights_has_the_same_ones():
    options = {"encoder_name": "tu-tf_efficientnet_lite0", "decoder_channels": [16, 8, 8, 4, 4]}
    drawn = build_segmenter("smp/unet", options)
    with Uninitialised():
        network = build_segmenter("smp/unet", options)
        kept = nn.init.zeros_(tensor := torch.ones(2))
    assert kept is tensor
    network.load_state_dict(drawn.state_dict())
    x = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(network.eval()(x), drawn.eval()(x))
