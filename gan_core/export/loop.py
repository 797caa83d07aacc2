"""The settings, the training loop and its result."""

import textwrap

from gan_core.config import ExperimentConfig
from gan_core.export.part import Part, number
from gan_core.losses import LOSSES

_LOOP = """\
optimizer_g = torch.optim.Adam(G.parameters(), lr=LR_G, betas=BETAS, fused=True)
optimizer_d = torch.optim.Adam(D.parameters(), lr=LR_D, betas=BETAS, fused=True)
{before}
losses = []
for epoch in range(1, EPOCHS + 1):
    for real in x_real[next(orders)].split(BATCH_SIZE):
{draws}

{d_updates}

{g_update}

        losses.append((d_loss.item(), g_loss.item()))
    if epoch % PRINT_EVERY == 0:
        print(f"Epoch [{{epoch}}/{{EPOCHS}}], D_Loss: {{d_loss:.4f}}, G_Loss: {{g_loss:.4f}}")

if LOSSES_CSV:
    pd.DataFrame(losses, columns=["d_loss", "g_loss"]).to_csv(LOSSES_CSV, index=False)"""

_D_UPDATE = """\
fake = G(z_d).detach()  # detach(): this update must not reach G
real_logits, fake_logits = {judged}
d_loss = discriminator_loss(real_logits, fake_logits){penalty}
optimizer_d.zero_grad()
d_loss.backward()
optimizer_d.step()"""

_G_UPDATE = """\
# G: fresh noise, and what does D say to the new fakes?
{g_loss}
optimizer_g.zero_grad()
g_loss.backward()
optimizer_g.step()"""

_AVERAGE = """\
for mean, weight in zip(G_average.parameters(), G.parameters(), strict=True):
    mean.data.lerp_(weight.data, 1.0 - EMA_DECAY)"""

_RESULT = """\
{network}.eval()
with torch.no_grad():
    z = stream(SAMPLE).standard_normal((len(rows), LATENT_DIM), dtype=np.float32)
    x_fake = {network}(torch.from_numpy(z).to(device)).cpu().numpy().astype(float)
generated = pd.DataFrame(low + (x_fake + 1.0) / 2.0 * (high - low), columns=rows.columns)

print("Real rows:")
print(rows.head().to_string(index=False))
print("Generated rows:")
print(generated.head().round(3).to_string(index=False))"""


def settings_part(config: ExperimentConfig) -> Part:
    """The settings that this training uses, and the device."""
    optimizer, training, loss = config.optimizer, config.training, config.loss
    used = {
        "SEED": config.seed,
        "LATENT_DIM": config.generator.latent_dim,
        "EPOCHS": training.epochs,
        "BATCH_SIZE": training.batch_size,
        "N_CRITIC": training.n_critic if training.n_critic > 1 else None,
        "SMOOTHING": loss.label_smoothing or None,
        "LR_G": optimizer.lr_g,
        "LR_D": optimizer.lr_d,
        "LAMBDA_GP": loss.lambda_gp if loss.penalty == "gp" else None,
        "GAMMA": loss.gamma if loss.penalty in ("r1", "r2") else None,
        "EMA_DECAY": training.ema_decay or None,
        "PRINT_EVERY": max(1, training.epochs // 10),
    }
    notes = {
        "N_CRITIC": "updates of D in a step",
        "EMA_DECAY": "how slowly the average of G's weights moves",
        "PRINT_EVERY": "epochs",
    }
    lines = [
        f"{name} = {number(value)}" + (f"  # {notes[name]}" if name in notes else "")
        for name, value in used.items()
        if value is not None
    ]
    betas = f"BETAS = ({number(optimizer.beta1)}, {number(optimizer.beta2)})"
    lines.insert(lines.index(f"LR_D = {number(optimizer.lr_d)}") + 1, betas)
    lines += [
        'LOSSES_CSV = ""  # a file name, such as "losses.csv", keeps the losses of every step',
        "",
        "torch.set_num_threads(1)  # for networks this small more threads only cost time",
        _device(training.device),
    ]
    return Part(
        "Settings",
        "Change them and run again: that is what they are here for.",
        "\n".join(lines),
        ("import numpy as np", "import pandas as pd", "import torch"),
    )


def _device(asked: str) -> str:
    if asked == "auto":
        return 'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")'
    return f'device = torch.device("{asked}")'


def training_part(config: ExperimentConfig) -> Part:
    """The loop."""
    averages = bool(config.training.ema_decay)
    before = [
        *(["G_average = deepcopy(G)  # its weights follow those of G slowly"] if averages else []),
        "orders, noises = row_orders(), noise()",
        *(["mixtures = mixing()"] if config.loss.penalty == "gp" else []),
    ]
    steps = [_G_UPDATE.format(g_loss=_g_loss(config)), *([_AVERAGE] if averages else [])]
    return Part(
        "Training",
        "In each step D learns first, from real rows and fakes; then G learns from D's judgement "
        "of new fakes. A batch is a few rows, and an epoch goes through all of them, shuffled.",
        _LOOP.format(
            before="\n".join(before),
            draws=_indented(_draws(config), 8),
            d_updates=_indented(_d_updates(config), 8),
            g_update=_indented("\n".join(steps), 8),
        ),
        ("from copy import deepcopy",) if averages else (),
    )


def _draws(config: ExperimentConfig) -> str:
    several = config.training.n_critic > 1
    names = "*zs_d, z_g" if several else "z_d, z_g"
    lines = [f"{names} = torch.from_numpy(next(noises)[:, : len(real)]).to(device)"]
    if config.loss.penalty == "gp":
        names = "shares" if several else "(share,)"
        lines.append(f"{names} = torch.from_numpy(next(mixtures)[:, : len(real)]).to(device)")
    return "\n".join(lines)


def _d_updates(config: ExperimentConfig) -> str:
    """One update, or a loop of several."""
    penalty = {
        "none": "",
        "gp": "\nd_loss = d_loss + gradient_penalty(fake + share[:, None] * (real - fake))",
        "r1": "\nd_loss = d_loss + gradient_penalty(real)",
        "r2": "\nd_loss = d_loss + gradient_penalty(fake)",
    }[config.loss.penalty]
    comment = "# D: which rows are real, which are fakes?\n"
    update = _D_UPDATE.format(judged=_judged(config, "fake"), penalty=penalty)
    if config.training.n_critic == 1:
        return comment + update
    loop = "for z_d in zs_d:\n"
    if config.loss.penalty == "gp":
        loop = "for z_d, share in zip(zs_d, shares, strict=True):\n"
    return comment + loop + _indented(update, 4)


def _g_loss(config: ExperimentConfig) -> str:
    if not LOSSES[config.loss.name].pairs:
        return "g_loss = generator_loss(D(G(z_g)))"
    judged = _judged(config, "G(z_g)")
    return f"real_logits, fake_logits = {judged}\ng_loss = generator_loss(real_logits, fake_logits)"


def _judged(config: ExperimentConfig, fake: str) -> str:
    """Both kinds of rows through D; in one pass or in two, as the engine does it."""
    if LOSSES[config.loss.name].cancels:
        return f"D(real), D({fake})"
    return f"D(torch.cat((real, {fake}))).chunk(2)"


def result_part(config: ExperimentConfig) -> Part:
    """Rows from the trained generator."""
    averages = bool(config.training.ema_decay)
    whose = "the average of G's weights over the last steps" if averages else "G"
    return Part(
        "Generated rows",
        f"New noise through {whose}, scaled back to the units of the table.",
        _RESULT.format(network="G_average" if averages else "G"),
    )


def _indented(code: str, spaces: int) -> str:
    return textwrap.indent(code, " " * spaces)
