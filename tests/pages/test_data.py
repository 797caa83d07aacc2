import pytest

from gan_core import load_table
from gan_core.data import DATA_SOURCES
from tests.pages.helpers import assert_sound, labelled, texts


@pytest.fixture
def data_page(store, open_page):
    at = open_page("data")
    assert_sound(at)
    return at


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


@pytest.mark.parametrize("source", list(DATA_SOURCES))
def test_choosing_a_set_takes_its_first_class_and_all_features(data_page, source):
    choice(data_page, "Data set").set_value(source).run()
    assert_sound(data_page)
    found = DATA_SOURCES[source]
    assert settings(data_page).source == source
    assert settings(data_page).classes == found.classes[:1]
    assert settings(data_page).features == ()
    expected = load_table(source, found.classes[:1])
    assert rows(data_page).to_numpy().shape == expected.values.shape


@pytest.mark.parametrize("source", list(DATA_SOURCES))
def test_all_rows_can_be_chosen(data_page, source):
    choice(data_page, "Data set").set_value(source).run()
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
