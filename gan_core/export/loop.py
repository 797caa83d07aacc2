"""The training loop and its result."""

import textwrap

from gan_core.config import ExperimentConfig
from gan_core.export.course import (
    adds_noise,
    blocks,
    changes,
    decays,
    drawing,
    has_buffers,
    mixes,
    players,
    rests,
    several_updates,
)
from gan_core.export.part import Part, listed, quoted
from gan_core.problem import Problem

_LOOP = """\
optimizer_g = torch.optim.Adam(G.parameters(), lr=LR_G, betas=BETAS, fused=True)
optimizer_d = torch.optim.Adam(D.parameters(), lr=LR_D, betas=BETAS, fused=True)
{before}
losses = []
for epoch in range(1, EPOCHS + 1):
    for real in x_real[next(orders)].split(BATCH_SIZE):
{step}

        losses.append((d_loss.item(), g_loss.item()))
    if epoch % PRINT_EVERY == 0:
        print(f"Epoch [{{epoch}}/{{EPOCHS}}], D_Loss: {{d_loss:.4f}}, G_Loss: {{g_loss:.4f}}")

if LOSSES_CSV:
    pd.DataFrame(losses, columns=["d_loss", "g_loss"]).to_csv(LOSSES_CSV, index=False)"""

_LEARN = """\
optimizer_{player}.zero_grad()
{player}_loss.backward()
optimizer_{player}.step()"""

_CLIP = """
with torch.no_grad():
    for weight in D.parameters():
        weight.clamp_(-W_CLIP, W_CLIP)"""

_DECAY = """\
left = 1 - LR_DECAY * len(losses) / N_STEPS
optimizer_g.param_groups[0]["lr"] = left * LR_G
optimizer_d.param_groups[0]["lr"] = left * LR_D"""

_AVERAGE = """\
for mean, weight in zip(G_average.parameters(), G.parameters(), strict=True):
    mean.data.lerp_(weight.data, 1.0 - EMA_DECAY)"""

_AVERAGE_BUFFERS = """
for mean, value in zip(G_average.buffers(), G.buffers(), strict=True):
    mean.copy_(value)"""

_RESULT = """\
{network}.eval()
with torch.no_grad():
    z = stream(SAMPLE).standard_normal((len(rows), LATENT_DIM), dtype=np.float32)
    x_fake = {network}(torch.from_numpy(z).to(device)).cpu().numpy().astype(float)
generated = pd.DataFrame({decode}, columns=rows.columns)
{rounding}
print("Real rows:")
print(rows.head().to_string(index=False))
print("Generated rows:")
print(generated.head().round(3).to_string(index=False))"""


def training_part(config: ExperimentConfig) -> Part:
    """The loop."""
    averages = bool(config.training.ema_decay)
    anew = changes(config, "training.n_critic")  # drawing restarts at each edit
    before = [
        *(["G_average = deepcopy(G)  # its weights follow those of G slowly"] if averages else []),
        *(["N_STEPS = EPOCHS * -(-len(rows) // BATCH_SIZE)"] if decays(config) else []),
        "orders = row_orders()",
        _drawing(config, "0" if anew else ""),
    ]
    step = [
        *([_edits(config, anew)] if config.schedule else []),
        *([_DECAY] if decays(config) else []),
        _draws(config),
        *_modes(config),
        _d_updates(config),
        _g_update(config),
    ]
    text = (
        "In each step D learns first, from real rows and fakes; then G learns from D's judgement "
        "of new fakes. A batch is a few rows, and an epoch passes over all of them, shuffled."
    )
    if adds_noise(config):
        text += " D sees every row with a little noise, so that it cannot win on details."
    if rests(config):
        text += " A player that does not learn still gets a loss, but stays as it is."
    return Part(
        "Training",
        text,
        _LOOP.format(before="\n".join(before), step=_indented("\n\n".join(step), 8)),
        ("from copy import deepcopy",) if averages else (),
    )


def _drawing(config: ExperimentConfig, step: str) -> str:
    """The generators of each step's random numbers, from some step on."""
    streams = {"noises": "noise"}
    if mixes(config):
        streams["mixtures"] = "mixing"
    if adds_noise(config):
        streams["eps"] = "row_noise"
    return f"{', '.join(streams)} = {', '.join(f'{draw}({step})' for draw in streams.values())}"


def _edits(config: ExperimentConfig, anew: bool) -> str:
    """Give settings their new values, and update whatever holds the old ones."""
    lines = [
        "step = len(losses)",
        "if step in EDITS:",
        "    globals().update(EDITS[step])  # from here on these settings have new values",
    ]
    for player in "gd":
        if changes(config, f"optimizer.lr_{player}") and not decays(config):
            lines.append(f'    optimizer_{player}.param_groups[0]["lr"] = LR_{player.upper()}')
    if anew:
        lines.append(f"    {_drawing(config, 'step')}")
    return "\n".join(lines)


def _draws(config: ExperimentConfig) -> str:
    """The random numbers of this step: a part for each update of D, and one for G's."""
    each = "*{0}s_d, {0}_g" if several_updates(config) else "{0}_d, {0}_g"
    lines = [f"{each.format('z')} = torch.from_numpy(next(noises)[:, : len(real)]).to(device)"]
    if mixes(config):
        names = "shares" if several_updates(config) else "(share,)"
        lines.append(f"{names} = torch.from_numpy(next(mixtures)[:, : len(real)]).to(device)")
    if adds_noise(config):
        drawn = "torch.from_numpy(next(eps)[:, :, : len(real)]).to(device)"
        lines.append(f"{each.format('eps')} = INPUT_NOISE * {drawn}")
    return "\n".join(lines)


def _modes(config: ExperimentConfig) -> list[str]:
    """What each step sets in layers that draw random numbers or have train and eval modes."""
    lines = []
    if layers := drawing(config):
        mask = ".rng = ".join(layers)
        lines.append(f"{mask}.rng = stream(MASKS, len(losses))  # the masks of this step")
    if rests(config) and (layers or has_buffers(*players(config))):
        lines += [f'{a}.train(PLAYERS != "{b.lower()}")  # else it rests' for a, b in ("GD", "DG")]
    return ["\n".join(lines)] if lines else []


def _d_updates(config: ExperimentConfig) -> str:
    """One update, or a loop of several."""
    comment = "# D: which rows are real, which are fakes?\n"
    if not several_updates(config):
        return comment + _d_update(config)
    drawn = {"z_d": "zs_d"}
    if mixes(config):
        drawn["share"] = "shares"
    if adds_noise(config):
        drawn["eps_d"] = "epss_d"
    each, of = ", ".join(drawn), ", ".join(drawn.values())
    loop = f"for {each} in {of if len(drawn) == 1 else f'zip({of}, strict=True)'}:\n"
    return comment + loop + _indented(_d_update(config), 4)


def _d_update(config: ExperimentConfig) -> str:
    seen, row_noise = ("seen", " + eps_d[1]") if adds_noise(config) else ("real", "")
    penalties = (
        f"d_loss = d_loss + {penalty.name}_penalty({penalty.as_code()[0].format(real=seen)})"
        for penalty in config.penalties
    )
    learn = _LEARN.format(player="d") + (_CLIP if config.loss.clip else "")
    lines = [
        *(["seen = real + eps_d[0]"] if row_noise else []),
        f"fake = G(z_d).detach(){row_noise}  # detach(): this update must not reach G",
        f"real_logits, fake_logits = {_judged(config, seen, 'fake')}",
        "d_loss = discriminator_loss(real_logits, fake_logits)",
        *penalties,
        _unless_it_rests(config, "d", learn),
    ]
    return "\n".join(lines)


def _g_update(config: ExperimentConfig) -> str:
    seen, fake = (
        ("real + eps_g[0]", "G(z_g) + eps_g[1]") if adds_noise(config) else ("real", "G(z_g)")
    )
    if config.loss.pairs:
        g_loss = f"fake = {fake}\nreal_logits, fake_logits = {_judged(config, seen, 'fake')}\n"
        g_loss += "g_loss = generator_loss(real_logits, fake_logits)"
    else:
        g_loss = f"g_loss = generator_loss(D({fake}))"
    learn = _LEARN.format(player="g")
    if config.training.ema_decay:
        learn += "\n" + _AVERAGE + (_AVERAGE_BUFFERS if has_buffers(players(config)[0]) else "")
    comment = "# G: fresh noise, and what does D say to the new fakes?"
    return "\n".join((comment, g_loss, _unless_it_rests(config, "g", learn)))


def _unless_it_rests(config: ExperimentConfig, player: str, learn: str) -> str:
    if not rests(config):
        return learn
    other = {"d": "g", "g": "d"}[player]
    return f'if PLAYERS != "{other}":  # else {player.upper()} rests\n{_indented(learn, 4)}'


def _judged(config: ExperimentConfig, real: str, fake: str) -> str:
    """Both kinds of rows through D, in one pass or two, as the engine does it."""
    if config.loss.cancels or any(block.mixes_rows for block in blocks(players(config)[1])):
        return f"D({real}), D({fake})"
    return f"D(torch.cat(({real}, {fake}))).chunk(2)"


def result_part(problem: Problem) -> Part:
    """Rows from the trained generator."""
    averages = bool(problem.config.training.ema_decay)
    whose = "the average of G's weights over the last steps" if averages else "G"
    return Part(
        "Generated rows",
        f"New noise through {whose}, scaled back to the units of the table.",
        _RESULT.format(
            network="G_average" if averages else "G",
            decode=problem.encoder.as_code().decode,
            rounding=_rounding(problem),
        ),
    )


def _rounding(problem: Problem) -> str:
    """The generated rows get as many decimals as the real ones have."""
    decimals = problem.table.decimals
    known = {n: d for n, d in zip(problem.features, decimals, strict=True) if d is not None}
    if not known:
        return ""
    if len({*decimals}) == 1:
        return f"generated = generated.round({decimals[0]})  # as the real rows are\n"
    each = (f"{quoted(name)}: {d}" for name, d in known.items())
    return f"{listed('decimals = {', each, '}')}\ngenerated = generated.round(decimals)\n"


def _indented(code: str, spaces: int) -> str:
    return textwrap.indent(code, " " * spaces)
