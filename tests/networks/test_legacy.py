"""Weights files as PyTorch wrote them before 1.6: read without running anything of them."""

import contextlib
import os
import pickle
import sys
from collections import OrderedDict
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from segx_viewer.errors import ConsentNeededError, ModelError
from segx_viewer.networks.legacy import is_legacy
from segx_viewer.networks.weights import read_weights


def save(found, path):
    torch.save(found, path, _use_new_zipfile_serialization=False)
    return path


@pytest.fixture
def network():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return nn.Sequential(OrderedDict(conv=nn.Conv2d(1, 4, 3), norm=nn.BatchNorm2d(4), act=nn.ReLU()))


@pytest.mark.parametrize("whole", [False, True])
def test_tensors_come_back(network, tmp_path, whole):
    path = save(network if whole else {"model": network.state_dict(), "epoch": 3}, tmp_path / "model.pth")
    assert is_legacy(path)
    with pytest.raises(ConsentNeededError):
        read_weights(path)
    state = read_weights(path, allow_pickle=True)
    assert state.keys() == network.state_dict().keys()
    assert all(torch.equal(state[key], tensor) for key, tensor in network.state_dict().items())


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64, torch.int64, torch.uint8, torch.bool])
def test_every_type_and_views_of_one_storage(tmp_path, dtype):
    whole = torch.arange(24).reshape(4, 6).to(dtype)
    state = {"whole": whole, "part": whole[1:3, ::2], "turned": whole.T, "none": torch.zeros(0, dtype=dtype)}
    read = read_weights(save(state, tmp_path / "model.pth"), allow_pickle=True)
    assert all(torch.equal(read[key], tensor) for key, tensor in state.items())


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.mark.parametrize("where", ["alone", "beside"])
def test_nothing_of_a_file_is_run(tmp_path, where):
    evil = Evil(str(tmp_path / "run"))
    state = evil if where == "alone" else {"weight": torch.zeros(3), "more": evil}
    path = save(state, tmp_path / "model.pth")
    with pytest.raises(ModelError, match="could run any code when read"):
        read_weights(path, allow_pickle=True)
    assert not (tmp_path / "run").exists()


class Unknown(nn.Module):
    """A module of somebody's own."""


def test_modules_that_are_not_known_are_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, Unknown.__module__, SimpleNamespace(Unknown=Unknown))
    path = tmp_path / "model.pth"
    content = b"".join(pickle.dumps(part, protocol=2) for part in (0x1950A86A20F9469CFC6C, 1001, {}, Unknown()))
    path.write_bytes(content + pickle.dumps([], protocol=2))
    with pytest.raises(ModelError, match=r"Unknown is neither a tensor nor a known module"):
        read_weights(path, allow_pickle=True)


def test_damaged_files_are_told(network, tmp_path):
    whole = save(network.state_dict(), tmp_path / "whole.pth").read_bytes()
    path = tmp_path / "model.pth"
    rng = np.random.default_rng(0)
    told = 0
    for index in range(200):
        damaged = bytearray(whole)
        if index % 2:
            del damaged[int(rng.integers(20, len(damaged))) :]
        else:
            for at in rng.integers(20, len(damaged), 8):
                damaged[at] = rng.integers(256)
        path.write_bytes(damaged)
        with contextlib.suppress(ModelError):
            read_weights(path, allow_pickle=True)
            continue
        told += 1
    assert told > 100
