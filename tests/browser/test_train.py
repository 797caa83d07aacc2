"""Train in a browser: from the click to the result."""

import re

import pytest
from playwright.sync_api import expect

from gan_core.store import model
from tests.browser.server import eventually


def test_the_first_run_of_a_newcomer(forge, store):
    """Home, one click, and the tutorial's GAN learns before his eyes."""
    before = len(store.list())
    forge.open()
    forge.button("Start the tutorial").dblclick()  # as newcomers do; it is one run all the same
    forge.at("Train")
    now = forge.first_point()
    assert re.fullmatch(r"/train\?run=[\w-]{12}", forge.url.removeprefix(forge.server.url))
    assert now["run"] == forge.run_id
    assert len(store.list()) == before + 1
    assert not store.get(forge.run_id).config.differences()
    forge.badge("finished")
    done = forge.live_until(lambda now: now["step"] == 20_000, what="the last step")
    assert done["shown"] > 0  # generated histograms
    assert 900 <= done["points"] <= 4000
    expect(forge.main.locator(".gf-line")).to_contain_text("epoch 10,000 / 10,000")


def test_from_the_sliders_to_the_results_and_to_the_next_run(forge, store, figure):
    took = forge.open("train").few_epochs().press_and_time_first_point("Train")
    figure("from the click on Train to the first point", f"{took:.0f} ms")
    assert took < 7000  # 700 on a machine that does nothing else: tests/benchmarks/first_point.py
    forge.badge("finished")
    done = forge.live_until(lambda now: now["status"] == "finished")
    assert done["step"] == 200
    bar = forge.main.get_by_role("progressbar", name="Progress of the training")
    expect(bar).to_have_attribute("aria-valuenow", "100")
    assert store.get(forge.run_id).config.differences() == {"training.epochs": 100}

    outputs = forge.main.locator(".gf-outputs")
    outputs.hover()
    tools = outputs.locator(".modebar-group").first.bounding_box()
    entry = outputs.get_by_text("on fake", exact=True).bounding_box()
    assert entry["x"] + entry["width"] <= tools["x"]

    forge.main.get_by_role("link", name="See what it learned").click()
    forge.at("Results").badge("finished")
    assert forge.run_id == done["run"]
    figure = forge.main.get_by_role("img", name=re.compile("Histograms of the real and gen"))
    expect(figure).to_be_visible()
    axes = "e => Object.keys(e._fullLayout ?? {}).filter(k => /^xaxis\\d*$/.test(k)).length"
    eventually(lambda: figure.evaluate(axes) == 4, what="a chart for each feature")
    assert figure.evaluate("e => e.data.length") == 8  # real and generated
    tables = forge.main.get_by_test_id("stDataFrame")
    real, fake = (tables.nth(i).bounding_box() for i in range(2))
    assert real["y"] == pytest.approx(fake["y"], abs=2)
    assert real["x"] < fake["x"]
    forge.see("Real rows").see("Generated rows").see("Histogram overlap")

    forge.go("Train")
    forge.main.get_by_role("slider", name="Latent dimension").press("ArrowRight")
    forge.press("Train")
    forge.live_until(lambda now: now["run"] not in ("", done["run"]), what="the next run")
    forge.live_until(lambda now: now["step"] == 200 and now["points"] > 0, what="its curves")
    forge.badge("finished")
    config = store.get(forge.run_id).config
    assert config.differences() == {"training.epochs": 100, "generator.latent_dim": 11}


def test_what_the_fields_say_in_the_moment_of_the_click_is_trained(forge, store):
    forge.open("train")
    forge.main.get_by_text("Networks", exact=True).click()
    field = forge.main.get_by_role("textbox", name="Generator widths")
    field.fill("16, x")
    field.press("Enter")
    assert "generator." not in forge.error("Generator widths", "must be", "'x'")
    expect(forge.button("Train")).to_be_disabled()
    field.fill("16, 32")
    field.press("Enter")
    expect(forge.button("Train")).to_be_enabled()
    expect(forge.main.get_by_test_id("stAlert")).to_have_count(0)

    forge.few_epochs(more=2)
    field.fill("8, 8")
    forge.press("Train")  # straight from the field, whose new text has not been sent yet
    forge.first_point()
    changed = {"training.epochs": 200, "generator.hidden_dims": (8, 8)}
    assert store.get(forge.run_id).config.differences() == changed


def test_pause_resume_stop(forge, store, start_run):
    run = start_run()
    forge.open("train", run).badge("running").training()
    line = forge.main.locator(".gf-line")
    expect(line).to_contain_text(re.compile(r"epoch [\d,]+ / 50,000 · [\d,]+ steps/s · .* left"))
    expect(forge.button("Train")).to_be_disabled()
    forge.press("Pause").badge("paused")
    paused = forge.live_until(lambda now: now["status"] == "paused")
    expect(forge.button("Train")).to_be_enabled()
    forge.press("Resume").badge("running")
    forge.live_until(lambda now: now["step"] > paused["step"], what="more steps")
    forge.press("Stop").badge("stopped")
    expect(forge.button("Stop")).to_have_count(0)
    expect(forge.button("Resume")).to_be_visible()
    assert store.get(run.id).status == model.STOPPED
    assert store.get(run.id).attempt == 2


def test_a_run_that_diverges_says_at_which_step(forge, store, slow):
    adam = {"lr_g": 10.0, "lr_d": 10.0, "beta1": 0.9, "beta2": 0.0}
    wild = slow.with_values({"seed": 2, **{f"optimizer.{k}": v for k, v in adam.items()}})
    run = store.create(wild, "everybody")
    forge.open("train", run).badge("failed")
    assert "learning rate" in forge.error("diverged at step")
    step = int(re.search(r"at step (\d+):", store.get(run.id).reason).group(1))
    assert step > 5
    forge.live_until(lambda now: now["points"] == now["step"] == step - 1, what="all before it")


def test_a_run_that_waits_shows_its_place_in_the_queue(forge, start_run, store):
    first, second, third, fourth = (start_run() for _ in range(4))
    forge.open("train", fourth).badge("queued")
    line = forge.main.locator(".gf-line")
    expect(line).to_contain_text("number 2")
    store.stop(first.id)
    expect(line).to_contain_text("number 1")
    store.stop(second.id)
    forge.badge("running").training(fourth.id)
    assert store.get(third.id).status == model.RUNNING


def test_a_table_with_many_features_has_its_histograms_on_pages(forge, store, config):
    wine = {"data.source": "wine", "data.classes": []}
    run = store.create(config(epochs=100, batch_size=1024).with_values(wine), "everybody")
    forge.open("train", run).badge("finished")
    forge.live_until(lambda now: now["shown"] > 0, what="generated histograms")
    titles = "() => document.querySelector('.gf-histograms')._fullLayout.annotations.length"
    assert forge.page.evaluate(titles) == 8
    forge.main.locator(".gf-pager button").last.click()
    eventually(lambda: forge.page.evaluate(titles) == 5, 10, "the second page")


def test_moving_a_slider_trains_at_once_beside_a_ghost(forge, store):
    others = {run.id for run in store.list()}
    forge.open("train").few_epochs()
    forge.main.get_by_text("Train while I move sliders").click()
    forge.badge("finished")
    first = forge.run_id
    slider = forge.main.get_by_role("slider", name="Latent dimension")
    slider.press("ArrowRight")
    forge.live_until(lambda now: now["run"] not in ("", first), what="another run by itself")
    forge.live_until(lambda now: now["status"] == "finished" and now["step"] == 200, what="its end")
    second = forge.run_id
    assert store.get(second).config.generator.latent_dim == 11
    assert store.get(second).config.seed == store.get(first).config.seed
    traces = "() => document.querySelector('.gf-losses').data.map(t => [t.name, t.opacity ?? 1])"
    eventually(
        lambda: ["before", 0.3] in forge.page.evaluate(traces), what="the ghost of the run before"
    )
    for _ in range(5):  # faster than they can be trained: only the last position counts
        slider.press("ArrowRight")
    last = forge.live_until(
        lambda now: (
            now["status"] == "finished"
            and now["run"] not in ("", first, second)
            and store.get(now["run"]).config.generator.latent_dim == 16
        ),
        what="the last position",
    )
    assert last["step"] == 200
    assert last["run"] == forge.run_id
    made = lambda: [run for run in store.list() if run.id not in others]  # noqa: E731
    eventually(lambda: {run.status for run in made()} == {model.FINISHED}, what="no litter in Runs")
    # The last one and its ghost; those before are deleted when the page is next drawn.
    eventually(lambda: len(made()) == len({run.name for run in made()}) <= 2, what="two runs left")


def test_the_verdict_does_not_move_what_is_below_it(new_forge, server, start_run, config):
    """The page jumped by 28 pixels when it came."""
    forge = new_forge(server, size=(1000, 768))  # where it takes two lines
    run = start_run(config(epochs=1000, engine="torch", device="cpu"))
    forge.open("train", run)
    forge.first_point(run.id)
    place = "() => document.querySelector('.st-key-steering').getBoundingClientRect().top"
    before = forge.page.evaluate(place)
    forge.badge("finished").see("scores see a difference")
    assert forge.idle().page.evaluate(place) == pytest.approx(before, abs=1)


def test_a_run_repeated_with_seeds_has_a_band_a_spread_and_no_fork_but_its_members(forge, store):
    forge.open("train").few_epochs()
    field = forge.main.get_by_role("spinbutton", name="Repeats")
    field.fill("3")
    field.press("Enter")
    forge.idle().press("Train")
    forge.badge("finished")
    expect(forge.main.locator(".gf-line")).to_contain_text("3 of 3 seeds done")
    fills = "() => document.querySelector('.gf-losses').data.map(t => t.fill ?? '')"
    eventually(lambda: forge.page.evaluate(fills).count("tonexty") == 2, what="two bands")
    forge.main.get_by_role("link", name="See what it learned").click()
    forge.at("Results").see("Scores over the seeds").see("of 3 within the noise floor or better")
    (group,) = [run for run in store.list() if run.members == 3]

    forge.go("Train").badge("finished")
    forge.main.get_by_test_id("stPopover").get_by_text("Fork", exact=True).click()
    expect(forge.page.get_by_text("A fork continues from one state of one run")).to_be_visible()
    forge.page.get_by_role("link", name="seed 1").click()
    member = store.members(group)[1].id
    eventually(lambda: forge.run_id == member, what="the run of seed 1")
    expect(forge.button("Fork here")).to_be_visible()
