"""Both networks, and the objective each minimises."""

import textwrap

from gan_core.config import ExperimentConfig
from gan_core.export.course import blocks, constant, objective, players
from gan_core.export.part import Part
from gan_core.networks import Block, Sequential
from gan_core.networks.linear import Linear
from gan_core.objectives import Penalty
from gan_core.problem import Problem

_INITIALISE = '''\
def initialise(network, rng):
    """PyTorch's default: uniform between -1/sqrt(inputs) and 1/sqrt(inputs)."""
    for layer in network.modules():
{branches}


rng = stream(WEIGHTS)
initialise(G, rng)
initialise(D, rng)
print(G)
print(D)'''
_PENALTY = '''\
def {name}_penalty(rows):
    """{what}"""
    rows = rows.detach().requires_grad_()
    (slope,) = torch.autograd.grad(D(rows).sum(), rows, create_graph=True)
    return {formula}'''


def networks_part(problem: Problem) -> Part:
    """Both networks with their initial weights."""
    g, d = players(problem.config)
    used = blocks(g, d)
    sources = dict.fromkeys(source for block in used if (source := block.source()))
    made = f"{_network('G', g, first='LATENT_DIM')}\n{_network('D', d)}"
    code = "\n\n\n".join((*sources, made, _initialise(used)))
    ordered = ("from collections import OrderedDict",) if "OrderedDict(" in code else ()
    output = "a score: the higher, the more real the row looks to D"
    if problem.config.loss.probability:
        output = "a logit: its sigmoid is the probability that the row is real"
    return Part(
        "Two networks",
        f"G, the generator, turns noise into rows. D, the discriminator, gives a row {output}.",
        code,
        ("from torch import nn", *ordered),
    )


def _network(name: str, network: Sequential, first: str = "") -> str:
    code = network.code()
    if first and isinstance(layer := network.children[0], Linear):
        code = code.replace(layer.code(), f"nn.Linear({first}, {layer.n_out})", 1)
    return f"{name} = {code}.to(device)"


def _initialise(used: list[Block]) -> str:
    """Initial values of what is drawn; PyTorch initialises everything else as needed."""
    drawn = {block.called(): block.first_code for block in used if block.first_code}
    branches = (
        f"        if isinstance(layer, {called}):\n{textwrap.indent(code, ' ' * 12)}"
        for called, code in drawn.items()
    )
    return _INITIALISE.format(branches="\n".join(branches))


def losses_part(config: ExperimentConfig) -> Part:
    """Both losses, and the penalty if there is one."""
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
