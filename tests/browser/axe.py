"""What axe-core finds on a page."""

from pathlib import Path

AXE = Path(__file__).parents[1] / "assets" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const options = { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }
  const found = await axe.run({ exclude: ['.js-plotly-plot svg'] }, options)
  const bad = found.violations.filter(v => ['serious', 'critical'].includes(v.impact))
  return bad.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 150)} ${n.failureSummary}`))
}"""


def serious_faults(forge):
    """The serious and critical violations on a page as it is."""
    forge.page.evaluate(f"window.axe || eval({AXE.read_text(encoding='utf-8')!r})")
    return forge.still().page.evaluate(RUN)
