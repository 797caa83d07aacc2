"""The first click on Train: on a cold server, over a slow network, twice, or before a reload."""

import pytest
from playwright.sync_api import expect

from pages.ui.parts import components
from tests.browser.forge import files_late

# As Streamlit calls a loader while its file is on its way: the newest data may come first, and
# what it had superseded is ended at once.
CALLS = """async ([loader, module]) => {
  const url = text => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
  const { default: call } = await import(url(loader))
  const data = name => ({ module: url(module), name })
  window.seen = []
  call({ data: data('new'), parentElement: document.body })
  const end = call({ data: data('old'), parentElement: document.body })
  Promise.resolve().then(end)
  await new Promise(resolve => {
    window.onlast = resolve
    setTimeout(() => call({ data: data('last'), parentElement: document.body }), 50)
  })
  return window.seen
}"""
MODULE = """
await new Promise(resolve => setTimeout(resolve, 20))
export const render = ({ data: { name } }) => { seen.push(name); if (name == 'last') onlast() }
export const destroy = () => { seen.push('ended') }
"""
STEPS = 20_000  # of the tutorial


@pytest.fixture
def late(new_forge, server, store):
    """A visitor of the shared server over a network so slow that every file takes 2 s."""
    forge = new_forge(server)
    files_late(forge.page, 2)
    yield forge
    forge.page.context.unroute_all(behavior="ignoreErrors")


def at_once(forge):
    """Open Train and wait for its button, for nothing else."""
    forge.page.goto(f"{forge.server.url}/train", wait_until="commit")
    return forge.button("Train")


def ends_well(*tabs):
    """Each tab shows the one run that is new, from its curve to its end."""
    for tab in tabs:
        done = tab.live_until(
            lambda now: now["step"] == STEPS and now["points"] > 0, what="its end"
        )
        assert done["run"] == tab.run_id == tabs[0].run_id
        tab.badge("finished")


def test_a_click_at_once_on_a_cold_server_over_a_slow_network(own_server, new_forge):
    forge = new_forge(own_server(warm=False))
    files_late(forge.page, 2)
    at_once(forge).dblclick()
    ends_well(forge)
    assert len(forge.server.store.list()) == 1
    forge.page.context.unroute_all(behavior="ignoreErrors")


def test_a_reload_and_a_second_tab_right_after_the_click_show_the_run(late, new_forge, store):
    before = len(store.list())
    at_once(late).click()
    late.page.reload(wait_until="commit")
    tab = late.another_tab(f"{late.server.url}/train")
    ends_well(late, tab)
    assert len(store.list()) == before + 1
    another = new_forge(late.server).open("train")  # whose run it is not
    assert not another.run_id
    expect(another.main.locator(".gf-live")).to_have_attribute("data-run", "")


def test_what_newer_data_have_superseded_draws_nothing(forge):
    forge.open()
    seen = forge.page.evaluate(CALLS, [components._LOADER, MODULE])
    assert seen == ["new", "last"]
