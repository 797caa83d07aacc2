"""What a training uses over its whole course, in which a schedule may change settings."""

from typing import Any

from gan_core.config import ExperimentConfig, declared_params
from gan_core.networks import Block, Sequential, logit_layers, walk
from gan_core.objectives import Objective
from gan_core.problem import resolve
from gan_core.randomness import Stream, stream


def constant(path: str) -> str:
    """The name of a setting in a script: ``LR_G``; for a loss's or a penalty's, its link key."""
    ours = path.startswith(("loss.", "penalties."))
    return (declared_params()[path].key if ours else path.rpartition(".")[2]).upper()


def from_its_first_step(config: ExperimentConfig) -> ExperimentConfig:
    """The same course without edits at step 0: they are simply how it starts."""
    later = tuple(edit for edit in config.schedule if edit.step)
    return config.at(0).with_values({"schedule": later})


def ever(config: ExperimentConfig, path: str) -> set[Any]:
    """Every value that a setting takes during training."""
    later = (value for edit in config.schedule for name, value in edit.changes if name == path)
    return {config.flat()[path], *later}


def changes(config: ExperimentConfig, path: str) -> bool:
    """Whether a setting takes more than one value during training."""
    return len(ever(config, path)) > 1


def several_updates(config: ExperimentConfig) -> bool:
    """Whether D ever learns more than once in a step."""
    return max(ever(config, "training.n_critic")) > 1


def objective(config: ExperimentConfig) -> Objective:
    """The loss with each hyperparameter that changes during training at its largest value."""
    largest = {path.rpartition(".")[2]: max(ever(config, path)) for path in config.loss.flat()}
    return config.loss.model_copy(update=largest)


def mixes(config: ExperimentConfig) -> bool:
    """Whether any penalty is evaluated at mixtures of real rows and fakes."""
    return any(penalty.mixes for penalty in config.penalties)


def adds_noise(config: ExperimentConfig) -> bool:
    """Whether there is ever noise on the rows that D sees."""
    return max(ever(config, "training.input_noise")) > 0


def decays(config: ExperimentConfig) -> bool:
    """Whether the learning rates ever fall."""
    return max(ever(config, "optimizer.lr_decay")) > 0


def rests(config: ExperimentConfig) -> bool:
    """Whether a player ever skips learning."""
    return ever(config, "training.players") != {"both"}


def players(config: ExperimentConfig) -> tuple[Sequential, Sequential]:
    """G, and D up to its logits."""
    problem = resolve(config)
    return problem.generator, logit_layers(problem.discriminator)


def blocks(*networks: Sequential) -> list[Block]:
    """All blocks they are made of."""
    return [block for network in networks for _, block in walk(network)]


def drawing(config: ExperimentConfig) -> list[str]:
    """The classes of the layers that draw random numbers in training."""
    return list({block.called(): 0 for block in blocks(*players(config)) if block.draws})


def has_buffers(*networks: Sequential) -> bool:
    """Whether a network has more state than its trained parameters."""
    rng = stream(0, Stream.INIT)
    return any(block.first_values(rng).keys() - block.parameters() for block in blocks(*networks))
