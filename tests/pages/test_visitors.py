"""Several visitors at once: what one chooses is his own."""

from gan_core.store import model
from tests.pages.helpers import assert_sound, button, labelled


def test_two_visitors_have_their_own_settings_and_runs(open_page, make_run, store):
    seen = make_run(model.FINISHED)
    one, other = open_page("train"), open_page("train", run=seen.id)
    labelled(one.slider, "Latent dimension").set_value(3).run()
    other.run()
    assert labelled(other.slider, "Latent dimension").value == 10
    button(one, "Train").click().run()
    other.run()
    assert_sound(other)
    assert not button(other, "Train").disabled
    button(other, "Train").click().run()
    newest, new, _ = store.list()
    assert (new.config.generator.latent_dim, newest.config.generator.latent_dim) == (3, 10)
    one.switch_page("results.py").run()
    assert one.query_params["run"] in (new.id, [new.id])


def test_instant_mode_overtakes_only_what_it_has_started(open_page, make_run, store):
    others = make_run(model.RUNNING)
    at = open_page("train", run=others.id)
    labelled(at.toggle, "Train while I move sliders").set_value(True).run()
    labelled(at.slider, "Latent dimension").set_value(3).run()
    assert_sound(at)
    mine, seen = store.list()
    assert (seen.id, seen.status, seen.want) == (others.id, model.RUNNING, "")
    labelled(at.slider, "Latent dimension").set_value(4).run()
    assert_sound(at)
    assert store.get(mine.id).status == model.STOPPED  # it was this session's own
    assert store.get(others.id).want == ""
