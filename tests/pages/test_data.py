import json

import numpy as np
import pytest

from gan_core import load_table
from gan_core.data import DATA_SOURCES, ENCODERS
from gan_core.data.drawing import DRAWING, encode
from gan_core.problem import resolve
from tests.pages.helpers import assert_sound, labelled, texts


@pytest.fixture
def data_page(store, open_page):
    at = open_page("data")
    assert_sound(at)
    return at


BUILT_IN = [name for name in DATA_SOURCES if name != DRAWING]
TOYS = [name for name in BUILT_IN if not DATA_SOURCES[name].classes]


def choice(at, label):
    return labelled(at.get("button_group"), label)


def settings(at):
    return at.session_state["settings"].data


def rows(at):
    return at.dataframe[0].value


def test_it_begins_with_the_tutorials_rows(data_page):
    assert rows(data_page).to_numpy().shape == (50, 4)
    assert choice(data_page, "Data set").value == "iris"
    assert "[-1, 1]" in texts(data_page) or "between -1 and 1" in texts(data_page)
    scaled = data_page.dataframe[2].value.to_numpy()
    assert scaled.min() == -1
    assert scaled.max() == 1


def test_choosing_a_set_takes_its_first_class_and_all_features(data_page):
    for source in BUILT_IN:
        if source != settings(data_page).source:
            choice(data_page, "Data set").set_value(source).run()
        assert_sound(data_page)
        found = DATA_SOURCES[source]
        assert settings(data_page).source == source
        assert settings(data_page).classes == found.classes[:1]
        assert settings(data_page).features == ()
        assert (
            rows(data_page).to_numpy().shape == load_table(source, found.classes[:1]).values.shape
        )
        if not found.classes:
            continue
        choice(data_page, "Class").set_value("").run()
        assert_sound(data_page)
        assert settings(data_page).classes == ()
        assert len(rows(data_page)) == load_table(source, ()).n_rows


def test_another_class_shows_its_rows(data_page):
    choice(data_page, "Class").set_value("virginica").run()
    assert_sound(data_page)
    assert settings(data_page).classes == ("virginica",)
    assert (rows(data_page).to_numpy() == load_table("iris", ("virginica",)).values).all()


def test_features_can_be_left_out_but_two(data_page):
    length, width, *_ = DATA_SOURCES["iris"].features
    choice(data_page, "Features").set_value([length, width]).run()
    assert_sound(data_page)
    assert settings(data_page).features == (length, width)
    assert list(rows(data_page).columns) == [length, width]
    choice(data_page, "Features").set_value([length]).run()
    assert_sound(data_page)
    assert "at least two" in data_page.warning[0].value
    assert settings(data_page).features == (length, width)
    choice(data_page, "Features").set_value([]).run()
    assert_sound(data_page)
    assert settings(data_page).features == (length, width)


def test_the_features_come_in_their_own_order(data_page):
    known = DATA_SOURCES["iris"].features
    choice(data_page, "Features").set_value([known[3], known[0]]).run()
    assert settings(data_page).features == (known[0], known[3])


def test_what_is_chosen_here_is_trained(data_page, store):
    choice(data_page, "Data set").set_value("wine").run()
    choice(data_page, "Class").set_value("class_1").run()
    data_page.switch_page("train.py").run()
    assert_sound(data_page)
    assert "Wine" in texts(data_page)
    labelled(data_page.button, "Train").click().run()
    (run,) = store.list()
    assert run.config.differences() == {"data.source": "wine", "data.classes": ("class_1",)}


def test_the_choice_stays_when_another_page_is_looked_at(data_page):
    choice(data_page, "Data set").set_value("wine").run()
    choice(data_page, "Class").set_value("class_2").run()
    for page in ("train", "data"):
        data_page.switch_page(f"{page}.py").run()
        assert_sound(data_page)
    assert choice(data_page, "Data set").value == "wine"
    assert choice(data_page, "Class").value == "class_2"
    choice(data_page, "Data set").set_value("iris").run()
    assert settings(data_page).classes == ("setosa",)
    assert choice(data_page, "Class").value == "setosa"


def shown(at):
    """The components on the page, in their order: drawing surfaces, and charts by their kind."""
    found = [(c.proto.component_name, json.loads(c.proto.json)) for c in at.get("bidi_component")]
    return [data.get("kind") or name.removeprefix("gan_forge_") for name, data in found]


@pytest.mark.parametrize("source", TOYS)
def test_a_toy_is_shown_as_points_with_nothing_more_to_choose(data_page, source):
    choice(data_page, "Data set").set_value(source).run()
    assert_sound(data_page)
    assert [group.label for group in data_page.get("button_group")] == ["Data set", "Encoding"]
    assert shown(data_page) == ["scatter", "histograms"]
    assert len(rows(data_page)) == 1000
    assert DATA_SOURCES[source].title in texts(data_page)
    scaled = data_page.dataframe[2].value.to_numpy()
    assert (scaled.min(), scaled.max()) == (-1, 1)


def test_two_features_of_a_table_are_shown_as_points_too(data_page):
    assert shown(data_page) == ["histograms"]
    choice(data_page, "Features").set_value(list(DATA_SOURCES["iris"].features[:2])).run()
    assert_sound(data_page)
    assert shown(data_page) == ["scatter", "histograms"]


@pytest.mark.parametrize("name", ENCODERS)
def test_what_the_networks_see_is_the_chosen_encoders_form(data_page, store, name):
    choice(data_page, "Encoding").set_value(name).run()
    assert_sound(data_page)
    encoder = resolve(data_page.session_state["settings"]).encoder
    assert encoder.name == name
    assert encoder.help in texts(data_page)
    learned, encoded = (data_page.dataframe[i].value for i in (1, 2))
    assert list(learned.columns) == list(encoder.marks.values())
    assert np.array_equal(encoded, encoder.transform(load_table().values).round(3))
    data_page.switch_page("train.py").run()
    labelled(data_page.button, "Train").click().run()
    assert store.list()[0].config.data.encoder == name


DRAWN = encode(np.random.default_rng(0).uniform(-1, 1, (40, 2)))


@pytest.fixture
def drawn(data_page):
    """The page with forty points drawn, as the surface sends them."""
    data_page.session_state["drawing"] = DRAWN
    choice(data_page, "Data set").set_value(DRAWING).run()
    assert_sound(data_page)
    return data_page


def test_until_there_are_enough_points_the_choice_before_stays(data_page):
    for few in ("", encode(np.zeros((9, 2)))):
        data_page.session_state["drawing"] = few
        choice(data_page, "Data set").set_value("iris").run()
        choice(data_page, "Data set").set_value(DRAWING).run()
        assert_sound(data_page)
        assert shown(data_page) == ["draw"]
        assert "at least 10 points" in texts(data_page)
        assert "Iris · setosa" in texts(data_page)
        assert settings(data_page).source == "iris"


def test_a_drawing_becomes_the_settings(drawn):
    assert shown(drawn) == ["draw", "histograms"]
    assert "Your drawing · 40 rows" in texts(drawn).replace("*", "")
    assert (rows(drawn).to_numpy() == load_table(DRAWING, (), (), DRAWN).values.round(4)).all()
    assert (settings(drawn).source, settings(drawn).drawing) == (DRAWING, DRAWN)


def test_a_drawing_survives_other_pages_and_other_sets(drawn):
    for page in ("train", "runs", "data"):
        drawn.switch_page(f"{page}.py").run()
        assert_sound(drawn)
    assert choice(drawn, "Data set").value == DRAWING
    assert settings(drawn).drawing == DRAWN
    choice(drawn, "Data set").set_value("iris").run()
    assert settings(drawn).drawing == ""  # so that nothing differs from the tutorial
    choice(drawn, "Data set").set_value(DRAWING).run()
    assert settings(drawn).drawing == DRAWN


def test_a_drawing_is_trained_and_told_short_on_runs(drawn, store):
    drawn.switch_page("train.py").run()
    assert "Your drawing" in texts(drawn)
    labelled(drawn.button, "Train").click().run()
    (run,) = store.list()
    assert run.config.differences() == {
        "data.source": DRAWING,
        "data.classes": (),
        "data.drawing": DRAWN,
    }
    drawn.switch_page("runs.py").run()
    assert_sound(drawn)
    assert "drawing=40 points" in drawn.dataframe[0].value.iloc[0]["settings"]


def test_the_drawing_of_a_run_that_is_opened_is_on_the_surface(store, open_page, trained):
    changes = {"data.source": DRAWING, "data.classes": [], "data.drawing": DRAWN}
    run = store.create(trained.config.with_values(changes), "everybody")
    at = open_page("train", run=run.id)
    at.switch_page("data.py").run()
    assert_sound(at)
    surface = json.loads(at.get("bidi_component")[0].proto.json)
    assert surface["drawing"] == DRAWN
