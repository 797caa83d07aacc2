"""Changes of view, theme, window and page at random, and whether every chart still fits."""

import io
import random

import numpy as np
from PIL import Image

from tests.browser.server import eventually

VIEWS = ("Charts", "Quality", "Arena", "Density")
SIZES = ((1366, 768), (1024, 768), (1600, 900), (390, 844))
# What lies over another chart, or was drawn in another width than the one it has, or is missing.
FAULTS = """view => {
  const names = ['losses', 'histograms']
  const isBeside = ['Arena', 'Density'].includes(view)
  if (!isBeside || innerWidth <= 640) names.push('outputs')
  if (view === 'Quality') names.push('scores')
  if (isBeside) names.push('arena')
  const faults = [], boxes = []
  const isShown = name => document.querySelector(`.gf-${name}`)?.getClientRects().length > 0
  for (const name of ['outputs', 'scores', 'arena'])
    if (isShown(name) && !names.includes(name)) faults.push(`${name} is shown`)
  for (const name of names) {
    const chart = document.querySelector(`.gf-${name}`)
    const drawn = chart?.querySelector('.main-svg, canvas')
    if (!drawn || !chart.clientWidth) { faults.push(`${name} is missing`); continue }
    const box = drawn.getBoundingClientRect()
    if (Math.abs(box.width - chart.clientWidth) > 1)
      faults.push(`${name} is ${box.width} wide in ${chart.clientWidth}`)
    boxes.push([name, box])
  }
  for (const [i, [one, a]] of boxes.entries()) for (const [other, b] of boxes.slice(i + 1)) {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
    if (across > 1 && down > 1) faults.push(`${one} over ${other}`)
  }
  return faults
}"""
# A scrollbar that fades is no part of a chart, nor is the timeline that stays in sight above it.
CHARTS_ALONE = """
  * { scrollbar-width: none !important }
  .stElementContainer:has(.gf-timeline) { position: static !important }
"""
AT_REST = """step => {
  const { status, step: at, scored } = document.querySelector('.gf-live').dataset
  const arena = document.querySelector('.gf-arena')?.dataset
  const chart = document.querySelector('.gf-scores')
  const isScored = !chart?.layout || !chart.getClientRects().length || Number(scored) > 0
  return status === 'paused' && at === step && isScored && (!arena || arena.step === step)
}"""


class Charts:
    """A visitor who changes what can be changed while a run trains."""

    def __init__(self, forge, seed):
        self.forge, self.view = forge, "Charts"
        self._random = random.Random(seed)  # the same changes in every run

    def change(self):
        """One change; returns what it was."""
        what = self._random.choice(("view", "view", "theme", "size", "page"))
        page, pick = self.forge.page, self._random.choice
        if what == "view":
            self.choose(pick([view for view in VIEWS if view != self.view]))
            return self.view
        if what == "theme":
            theme = pick(("light", "dark"))
            page.emulate_media(color_scheme=theme)
            return theme
        if what == "size":
            width, height = pick(SIZES)
            page.set_viewport_size({"width": width, "height": height})
            return f"{width}x{height}"
        page.set_viewport_size({"width": 1366, "height": 768})  # a phone's menu is folded
        self.forge.go("Data").go("Train")
        return "another page and back"

    def choose(self, view):
        self.forge.page.get_by_role("radio", name=view, exact=True).click()
        self.view = view
        self.forge.idle()

    def fit(self, after):
        """Wait until every chart that belongs to the view is there, and has its place."""
        found = []

        def look():
            found[:] = self.forge.page.evaluate(FAULTS, self.view)
            return not found

        try:
            eventually(look, 20)
        except AssertionError:
            raise AssertionError(f"after {after}: {found}") from None

    def difference_from_scratch(self):
        """Pause, and compare with the page loaded anew: the share of pixels that differ."""
        self.forge.press("Pause").badge("paused")
        step = str(self.forge.live_until(lambda now: now["status"] == "paused")["step"])
        worn = self._picture(step)
        self.forge.page.reload()
        self.forge.idle()
        self.choose(self.view)
        self.fit("a reload")
        fresh = self._picture(step)
        self.forge.press("Resume").badge("running")
        assert worn.shape == fresh.shape
        return float((np.abs(worn - fresh).max(axis=2) > 60).mean())

    def _picture(self, step):
        page = self.forge.page
        page.mouse.move(1, 1)
        page.wait_for_function(AT_REST, arg=step)
        stage = page.locator(".st-key-stage")
        last = None

        def still():
            nonlocal last
            before, last = last, stage.screenshot(animations="disabled", style=CHARTS_ALONE)
            return before == last

        eventually(still, 20, "a picture that stands still")
        return np.asarray(Image.open(io.BytesIO(last)).convert("RGB")).astype(int)
