#!/usr/bin/env bash
# transformers 5.24.0, torch 2.14.1: a network does not know the names under which it has just been saved.
#
# Guess: what `save_pretrained` writes are the tensors of `state_dict()` under their names, so that any reader of
#   safetensors that builds the same network can `load_state_dict` them, as with timm and torchvision.
# Case: the file keeps the names of earlier versions ("vit.encoder.layer.0.attention.attention.query.weight"), while the
#   network has new ones ("vit.layers.0.attention.q_proj.weight"): a strict load refuses the network's own file. Only
#   `from_pretrained` translates; without a folder it does so as well: from_pretrained(None, config=..., state_dict=...).
# Exits 0 while this holds, 1 when it has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.14.1 transformers==5.24.0

HF_HUB_OFFLINE=1 "$work/venv/bin/python" - "$work" <<'END'
import sys

import torch
from safetensors.torch import load_file
from transformers import ViTConfig, ViTForImageClassification

config = ViTConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, image_size=32)
network = ViTForImageClassification(config)
network.save_pretrained(sys.argv[1])
saved, own = load_file(f"{sys.argv[1]}/model.safetensors"), network.state_dict()
strange = sorted(set(saved) - set(own))
print(f"{len(strange)} of {len(saved)} saved names are not the network's, such as {strange[:1]}")
try:
    ViTForImageClassification(config).load_state_dict(saved)
    refused = False
except RuntimeError:
    refused = True
again = ViTForImageClassification.from_pretrained(None, config=config, state_dict=saved).state_dict()
same = all(torch.equal(again[name], tensor) for name, tensor in own.items())
print(f"a strict load refuses the file: {refused}; from_pretrained translates all: {same}")
sys.exit(0 if strange and refused and same else 1)
END
