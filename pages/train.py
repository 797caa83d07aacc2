"""Train: the main page. Settings on the left, the live game on the right."""

import streamlit as st

from gan_core.config import ExperimentConfig
from gan_core.errors import ConfigError
from gan_core.store import model
from gan_core.store.model import Run
from gan_core.views import View
from pages.ui.parts.head import page_head
from pages.ui.parts.navigation import link_to
from pages.ui.parts.text import _
from pages.ui.run.arena import arena, is_quality_chosen, next_steps, view_controls
from pages.ui.run.edits import changes_list, edit_controls, edit_toggle, replay_notice
from pages.ui.run.ghost import ghost_of
from pages.ui.run.instant import follow_settings, instant_toggle
from pages.ui.run.live import Motion, live_view
from pages.ui.run.seeds import final_verdict, fork_of_group
from pages.ui.run.start import repeats_field, start_button
from pages.ui.run.timeline import timeline
from pages.ui.run.transport import speed_control, status_row, transport_row
from pages.ui.session.run import current_run
from pages.ui.session.settings import current_settings
from pages.ui.session.view import chosen_start, settings_opened
from pages.ui.settings.apart import apart_badge
from pages.ui.settings.code import code_view, structures
from pages.ui.settings.controls import data_line, training_controls
from pages.ui.settings.share import follow_link, link_badges, share_button


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
        config, fault = None, None
        try:
            config = training_controls(beside_seed=repeats_field)
        except ConfigError as error:
            fault = error
        instant = instant_toggle()
    if instant and config is not None:
        run = follow_settings(run, config)
    if config is not None:
        replay_notice(config)
    return start_button(run, config, fault), config


def steering(run: Run) -> tuple[Motion, View | None]:
    """The rows of controls that steer a run and choose how it is shown.

    Returns:
        how this page plays it, and the picture to draw beside the charts.
    """
    place = status_row(run, slow=not run.is_group)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        view = view_controls(run)
        motion = transport_row(run, with_speed=view is None)
        if run.is_group:
            fork_of_group(run)
        changing = edit_toggle(run)
    if run.status == model.FINISHED:
        with place:
            next_steps(run)
    if changing:
        edit_controls(run)
    return motion, view


def main() -> None:
    """Draw the page."""
    sentence = _("Two networks compete: can G learn to fool D?")
    head = page_head(_("Train"), sentence, answered=True)
    run = current_run()
    follow_link()
    left, right = st.columns([1, 3.1])
    with left:
        run, config = settings_column(run)
    settings = config or current_settings()
    with right:
        motion, view, ghost, quality = Motion(), None, None, False
        if run:
            motion, view = steering(run)
            quality = is_quality_chosen(run)
            ghost = ghost_of(run)
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
            live_view(run, settings, ghost, motion, quality=quality)
            if run and view:
                arena(run, view)
        if run:
            timeline(run)
            changes_list(run)
        if run and run.can_resume and run.step:
            link_to("results", _("See the results"), "analytics", run)
        structures(run.config if run else settings)
        code_view(settings, run)
    if run and not run.is_active:
        with head.question.container():
            final_verdict(run)
    with head.corner:
        if run and config:
            apart_badge(config, run)
        link_badges()
        share_button(settings, run, **chosen_start())


main()
