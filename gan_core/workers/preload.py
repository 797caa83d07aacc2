"""Imported once by the forkserver, so that every worker starts warm: click to training in 50 ms.

No CUDA call here, and no backward(): a CUDA context and autograd's threads do not survive a fork.
"""

import gc

import torch

import gan_core.workers.local
import gan_core.workers.worker  # noqa: F401 - what a worker runs
from gan_core.config import ExperimentConfig
from gan_core.scoring import floor_of
from gan_core.training.fast import warm

torch.set_num_threads(1)

warm()  # the compiled engine, from its cache on disk

# The first optimiser of a process imports torch._dynamo (1.7 s) at its first use.
_weight = torch.zeros(2, requires_grad=True)
_weight.grad = torch.zeros(2)
torch.optim.Adam([_weight], fused=True).step()
floor_of(ExperimentConfig().data)  # reads the CSV; a quarter of a second for every tutorial run

gc.collect()
gc.freeze()  # what is loaded by now stays in memory pages shared by all workers
