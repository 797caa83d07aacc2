"""How a benchmark says what it measured, where and when."""

import os
import platform
import shlex
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path


def print_head(module):
    """The machine, the date and the command."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(": ")[2] if names else cpu
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(f"machine  {os.cpu_count()} cores, {cpu}, {platform.system()}; load at the start {load}")
    print(f"date     {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    print(f"command  {shlex.join(['python', '-m', module, *sys.argv[1:]])}\n")


def print_row(what, values, unit, digits=0):
    """Median, 95th percentile, extremes and number of some measurements."""
    ordered = sorted(values)
    if not ordered:
        print(f"{what:<44} nothing measured")
        return
    at_95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    figures = (statistics.median(ordered), at_95, ordered[0], ordered[-1])
    cells = "".join(f"{figure:>10.{digits}f}" for figure in figures)
    print(f"{what:<44}{cells}{len(ordered):>7}  {unit}")


def print_columns():
    """The head of the rows."""
    print(f"{'':<44}{'p50':>10}{'p95':>10}{'min':>10}{'max':>10}{'n':>7}")
