"""Train: the main page. Settings on the left, the live game on the right."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gan_core.config import ExperimentConfig
from gan_core.errors import GanForgeError
from gan_core.networks import n_weights
from gan_core.problem import resolve
from gan_core.store.model import Run
from gan_core.views import View
from pages.server.visitor import store
from pages.ui.parts.head import page_head
from pages.ui.parts.navigation import page_path
from pages.ui.parts.text import _, plain
from pages.ui.run.arena import arena, is_quality_chosen, view_controls
from pages.ui.run.edits import changes_list, edit_panel, replay_notice
from pages.ui.run.instant import follow_settings, ghost_of, instant_toggle
from pages.ui.run.live import Motion, live_view
from pages.ui.run.timeline import timeline
from pages.ui.run.transport import parent_of, speed_control, status_row, transport_row
from pages.ui.session.link import current_link
from pages.ui.session.run import current_run, look_at
from pages.ui.session.settings import current_settings
from pages.ui.session.view import (
    chosen_repeats,
    chosen_speed,
    is_instant,
    keep_repeats,
    repeats_key,
    settings_opened,
    stepped,
)
from pages.ui.settings.code import code_view
from pages.ui.settings.controls import data_line, training_controls
from pages.ui.settings.share import follow_link, link_badges, share_button


def repeats_field() -> None:
    """How many seeds to train with."""
    repeats = st.number_input(
        _("Repeats"),
        min_value=1,
        max_value=store().limits.max_repeats,
        key=repeats_key(),
        help=_(
            "Trains the same settings with this many seeds, the one above and those after it, side "
            "by side as one run. Curves become a median with a band, scores a mean with a standard "
            "deviation: a single seed may be luck."
        ),
        disabled=is_instant() or current_link().locks_all,
    )
    keep_repeats(repeats)


def start(config: ExperimentConfig) -> Run | None:
    """Start a run, or say why it was refused.

    The script continues with it: drawing the page again would cost a tenth of a second.
    """
    try:
        repeats = chosen_repeats()
        slow = bool(chosen_speed()) and repeats == 1
        run = store().create(config, repeats=repeats, paused=slow)
    except GanForgeError as error:
        st.error(plain(error), icon=":material/error:")
        return None
    look_at(run)
    stepped(run.id, "played" if slow else "")
    return run


def train_button(place: DeltaGenerator, disabled: bool, busy: bool) -> bool:
    """Draw the button Train; returns whether it was clicked."""
    return place.button(
        _("Train"),
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        key=f"train_{busy}",
        disabled=disabled or busy,
        help=_("This run is still training; pause or stop it first.") if busy else None,
    )


def settings_column(run: Run | None) -> tuple[Run | None, ExperimentConfig | None]:
    """Draw the settings and the button that starts a run; returns the run to show and them.

    A phone shows the charts first, and the settings only on request.
    """
    icon = ":material/tune:"
    turn = st.button(_("Settings"), icon=icon, key="phone_settings", width="stretch")
    opened = settings_opened(turn=turn)
    shown = "settings_open" if opened else "settings_closed"
    with st.container(border=True, key=shown, gap="xsmall"):
        data_line()
        config = training_controls(beside_seed=repeats_field)
        instant = instant_toggle()
    if instant and config is not None:
        run = follow_settings(run, config)
    busy = run is not None and run.is_active and not run.is_stepping
    if config is not None:
        replay_notice(config)
    place = st.empty()
    clicked = train_button(place, disabled=config is None, busy=busy)
    # On a double click, the second click finds the first one's run already busy.
    if clicked and config is not None and not busy and (started := start(config)):
        run = started
        train_button(place, disabled=False, busy=True)
    return run, config


def structures(config: ExperimentConfig) -> None:
    """The printed structure of both networks, as in the tutorial."""
    problem = resolve(config)
    with st.expander(_("Structure of both networks")):
        for column, name, layers in zip(
            st.columns(2), (_("Generator"), _("Discriminator")),
            (problem.generator, problem.discriminator), strict=True,
        ):  # fmt: skip
            column.markdown(f"**{name}** · {n_weights(layers):,} {_('parameters')}")
            column.code(str(layers), language=None)


def steering(run: Run) -> tuple[Motion, View | None]:
    """The rows of controls that steer a run and choose how it is shown.

    Returns:
        how this page plays it, and the picture to draw beside the charts.
    """
    status_row(run, slow=not run.is_group)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        view = view_controls(run)
        motion = transport_row(run, with_speed=view is None)
        if not run.is_group and (run.is_active or run.can_resume):
            edit_panel(run)
    return motion, view


def main() -> None:
    """Draw the page."""
    sentence = _("Two networks compete: can G learn to fool D?")
    corner = page_head(_("Train"), sentence)
    run = current_run()
    follow_link()
    left, right = st.columns([1, 3.1])
    with left:
        run, config = settings_column(run)
    with right:
        motion, view, ghost = Motion(), None, None
        if run:
            motion, view = steering(run)
            ghost = parent_of(run) or ghost_of(run)
        else:
            st.markdown(
                _(
                    "These are the real rows. Press **Train**: G will turn noise into rows, D will "
                    "judge them, and you will see the generated rows move onto the real ones, "
                    "at once or step by step."
                )
            )
            speed_control()
        with st.container(key="stage"):  # its contents stand side by side: see page.css
            settings = config or current_settings()
            live_view(run, settings, ghost, motion, quality=is_quality_chosen())
            if run and view:
                arena(run, view)
        if run:
            timeline(run, played=motion.speed > 0)
            changes_list(run)
        if run and not run.is_active and run.step:
            st.page_link(
                page_path("results"), label=_("See the results"), icon=":material/analytics:",
                query_params={"run": run.id},
            )  # fmt: skip
        structures(run.config if run else config or current_settings())
        code_view(config or current_settings())
    with corner:
        link_badges()
        share_button(config or current_settings(), run)


main()
