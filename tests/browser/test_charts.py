"""The charts keep their places while views, themes and windows change during a training."""

from tests.browser.charts import Charts

CHANGES, SEED = 10, 1  # tests/benchmarks/view_changes.py makes 40, and compares more pictures


def test_no_chart_overlaps_another_however_the_view_changes(forge, start_run):
    run = start_run()
    forge.open("train", run)
    forge.first_point(run.id)
    charts = Charts(forge, SEED)
    for view in ("Arena", "Quality"):  # in which D's output came back beside the losses
        charts.choose(view)
        charts.fit(view)
    for _ in range(CHANGES):
        charts.fit(charts.change())
    assert charts.difference_from_scratch() < 0.01
