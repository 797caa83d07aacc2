"""Both networks, and what they are charged for."""

import textwrap

from gan_core.config import ExperimentConfig
from gan_core.export.course import constant, objective
from gan_core.export.part import Part, stacked
from gan_core.networks import Layers, logit_layers
from gan_core.networks.layers import Head, Linear
from gan_core.objectives import Penalty
from gan_core.problem import Problem

_INITIALISE = '''\
def initialise(network, rng):
    """PyTorch's default: uniform between -1/sqrt(inputs) and 1/sqrt(inputs)."""
    for layer in network:
        if isinstance(layer, nn.Linear):
            bound = 1.0 / np.sqrt(layer.in_features)
            for weight in (layer.weight, layer.bias):
                drawn = rng.uniform(-bound, bound, tuple(weight.shape)).astype(np.float32)
                weight.data.copy_(torch.from_numpy(drawn))


rng = stream(WEIGHTS)
initialise(G, rng)
initialise(D, rng)
print(G)
print(D)'''
_HEAD = '''\
class Head(nn.Module):
    """An activation of its own for each slice of the columns."""

    def __init__(self, *parts):
        super().__init__()
        self.names, self.widths = zip(*parts)

    def forward(self, x):
        ways = {"tanh": torch.tanh, "none": lambda x: x, "sigmoid": torch.sigmoid}
        ways["softmax"] = lambda x: x.softmax(dim=1)
        slices = x.split(self.widths, dim=1)
        return torch.cat([ways[name](part) for name, part in zip(self.names, slices)], dim=1)


'''
_PENALTY = '''\
def {name}_penalty(rows):
    """{what}"""
    rows = rows.detach().requires_grad_()
    (slope,) = torch.autograd.grad(D(rows).sum(), rows, create_graph=True)
    return {formula}'''


def networks_part(problem: Problem) -> Part:
    """Both networks with their first weights."""
    code = "\n".join(
        (
            _sequential("G", problem.generator, first="LATENT_DIM"),
            _sequential("D", logit_layers(problem.discriminator)),
            "\n",
            _INITIALISE,
        )
    )
    if any(isinstance(layer, Head) for layer in problem.generator):
        code = _HEAD + code
    output = "a score: the higher, the more real the row looks to D"
    if problem.config.loss.probability:
        output = "a logit: its sigmoid is the probability that the row is real"
    return Part(
        "Two networks",
        f"G, the generator, turns noise into rows. D, the discriminator, gives a row {output}.",
        code,
        ("from torch import nn",),
    )


def _sequential(name: str, layers: Layers, first: str = "") -> str:
    modules = []
    for layer in layers:
        match layer:
            case Linear(n_in, n_out):
                modules.append(f"nn.Linear({first or n_in}, {n_out})")
                first = ""
            case Head():
                modules.append(str(layer))
            case _:
                modules.append(f"nn.{layer}")
    return stacked(f"{name} = nn.Sequential(", modules, ").to(device)")


def losses_part(config: ExperimentConfig) -> Part:
    """What both are charged for, and the penalty if there is one."""
    loss = objective(config)
    d_body, g_body = loss.as_code()
    logits = "real_logits, fake_logits" if loss.pairs else "fake_logits"
    functions = [
        f"def discriminator_loss(real_logits, fake_logits):\n{textwrap.indent(d_body, '    ')}",
        f"def generator_loss({logits}):\n{textwrap.indent(g_body, '    ')}",
    ]
    text = f"{loss.label}. {loss.help}"
    for path, declared in loss.settings():
        if constant(path) in d_body + g_body:
            text += f" {constant(path)}: {declared.help}"
    for penalty in config.penalties:
        functions.append(_penalty(penalty))
        text += f" The penalty {penalty.label}: {penalty.help}"
    code = "\n\n\n".join(functions)
    return Part(
        "The losses", text, code, ("import torch.nn.functional as F",) if "F." in code else ()
    )


def _penalty(penalty: Penalty) -> str:
    return _PENALTY.format(name=penalty.name, what=penalty.help, formula=penalty.as_code()[1])
