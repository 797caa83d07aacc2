"""A layer with a buffer in one new file, and nothing else: everything knows it."""

import importlib
import sys
import textwrap

import numpy as np
import pytest

from gan_core import ExperimentConfig, networks, train
from gan_core.config.links import from_query, to_query
from gan_core.export import script
from gan_core.networks import NORMALIZATIONS
from gan_core.training import Checkpoint

FILE = '''
"""Centring by a running mean."""

from dataclasses import dataclass

import numpy as np

from gan_core.networks.block import NORMALIZATIONS, Block


@dataclass(frozen=True)
class Centred(Block):
    """Every unit without its running mean, which is a buffer."""

    width: int

    mixes_rows = True

    def first_values(self, rng):
        return {"mean": np.zeros(self.width, np.float32)}

    @staticmethod
    def torch_class():
        import torch
        from torch import nn

        class Centred(nn.Module):
            """Every unit without its running mean."""

            def __init__(self, width):
                super().__init__()
                self.width = width
                self.register_buffer("mean", torch.zeros(width))

            def forward(self, input):
                if self.training:
                    with torch.no_grad():
                        self.mean.lerp_(input.mean(dim=0), 0.1)
                return input - self.mean

            def extra_repr(self):
                return f"width={self.width}"

        return Centred


NORMALIZATIONS.add("centred", lambda width: (Centred(width),))
'''


@pytest.fixture
def centred(tmp_path, monkeypatch):
    (tmp_path / "centred.py").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(networks, "__path__", [*networks.__path__, str(tmp_path)])
    yield importlib.import_module("gan_core.networks.centred").Centred
    NORMALIZATIONS._members.pop("centred")
    sys.modules.pop("gan_core.networks.centred")


def test_it_is_a_setting_trains_resumes_to_the_bit_and_is_in_the_script(centred, tmp_path):
    changes = {
        "generator.normalization": "centred",
        "discriminator.normalization": "centred",
        "training.ema_decay": 0.9,
        "training.epochs": 4,
        "training.device": "cpu",
    }
    config = ExperimentConfig().with_values(changes)
    assert from_query(to_query(config)).config == config
    assert ExperimentConfig.from_json(config.to_json()) == config
    first, *_, end = train(config, chunk_seconds=0.0)
    assert first.engine == "torch"
    assert np.abs(end.checkpoint.tensors["ema.1.mean"]).max() > 0
    _, _, event, *_ = train(config, chunk_seconds=0.0)
    middle = Checkpoint.from_bytes(event.checkpoint().to_bytes())
    *_, again = train(config, resume=middle)
    assert all(
        np.array_equal(again.checkpoint.tensors[k], v) for k, v in end.checkpoint.tensors.items()
    )
    code = script(config)
    assert textwrap.dedent(centred.source()) in code
    known = {"__name__": "script"}
    exec(code.replace('LOSSES_CSV = ""', f'LOSSES_CSV = "{tmp_path}/losses.csv"'), known)
    np.testing.assert_allclose(np.array(known["losses"]), end.history[["d_loss", "g_loss"]], 1e-4)
