"""The scores of the snapshots under the losses, on the same axis."""

import pytest
from playwright.sync_api import expect

from gan_core.store import model, results
from tests.browser.server import eventually

LOOKS = """() => {
  const root = name => document.querySelector(`.gf-${name}`)
  const seen = name => {
    const { data, layout, _fullLayout: { xaxis } } = root(name)
    const from = root(name).getBoundingClientRect().left + xaxis._offset
    const bands = layout.shapes.filter(s => s.type === 'rect').map(s => [s.y0, s.y1])
    return { x: data[0]?.x, y: data[0]?.y, range: xaxis.range, from, length: xaxis._length, bands }
  }
  if (!root('scores')?._fullLayout) return null
  return { losses: seen('losses'), scores: seen('scores'), ...root('live').dataset }
}"""


@pytest.fixture
def finished(store, config):
    run = store.create(config(epochs=300), "everybody")
    eventually(lambda: store.get(run.id).status == model.FINISHED, 60)
    return run


def shows(forge, condition, what):
    """Wait until what the charts show fulfils a condition."""

    def look():
        found = forge.page.evaluate(LOOKS)
        return found if found and condition(found) else None

    return eventually(look, what=what)


def test_scores_stand_under_the_losses_on_their_axis(forge, store, finished):
    steps = results.snapshot_steps(store.database, finished.id)
    forge.open("train", finished)
    forge.first_point()
    forge.page.get_by_role("radio", name="Quality", exact=True).click()
    forge.idle()
    now = shows(forge, lambda now: now.get("scored") == str(len(steps)), "a score a snapshot")
    losses, scores = now["losses"], now["scores"]
    assert scores["x"] == pytest.approx([step / finished.steps_per_epoch for step in steps])
    assert scores["range"] == losses["range"]
    assert scores["from"] == pytest.approx(losses["from"], abs=1)
    assert scores["length"] == pytest.approx(losses["length"], abs=1)
    ((low, high),) = scores["bands"]
    assert 0.5 < low < high <= 1
    forge.see("A flat loss says nothing about the rows")

    losses_chart = forge.main.locator(".gf-losses")
    losses_chart.evaluate("chart => Plotly.relayout(chart, {'xaxis.range': [10, 90]})")
    shows(forge, lambda now: now["scores"]["range"] == [10, 90], "the part that the losses show")
    losses_chart.evaluate("chart => Plotly.relayout(chart, {'xaxis.range': [0, 300]})")

    judged = store.get(finished.id).scores.scores
    pills = forge.main.locator(".gf-metrics").get_by_role("button")
    assert pills.all_inner_texts() == ["Histogram overlap ↑", "KS statistic ↓", "more"]
    pills.last.click()
    assert pills.count() == len(judged) + 1
    for name, label in [("wasserstein", "Wasserstein"), ("overlap", "Histogram overlap")]:
        button = forge.main.locator(".gf-metrics").get_by_role("button", name=label)
        button.press("Enter")
        expect(button).to_have_attribute("aria-pressed", "true")
        now = shows(forge, lambda now, name=name: now["score"] == name, label)
        assert now["scores"]["y"][-1] == pytest.approx(judged[name].overall, abs=1e-6)
    expect(forge.main.locator(".gf-metrics [aria-pressed=true]")).to_have_count(1)
    assert pills.count() == 3

    forge.page.get_by_role("slider", name="Timeline").press("Home")
    shows(forge, lambda now: now.get("cursor") == str(steps[0]), "the cursor at the beginning")
    expect(forge.main.locator(".gf-cursor:visible")).to_have_count(3)


def test_scores_come_while_a_run_trains(forge, store, start_run):
    run = start_run()
    forge.open("train", run)
    forge.training(run.id)
    forge.page.get_by_role("radio", name="Quality", exact=True).click()
    first = shows(forge, lambda now: int(now.get("scored", 0)) > 0, "the first scores")
    more = int(first["scored"])
    now = shows(forge, lambda now: int(now["scored"]) > more, "more of them")
    steps = results.snapshot_steps(store.database, run.id)[: int(now["scored"])]
    assert now["scores"]["x"] == pytest.approx([step / run.steps_per_epoch for step in steps])
    assert all(0 <= score <= 1 for score in now["scores"]["y"])
