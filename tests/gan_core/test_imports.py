import json
import subprocess
import sys

HEAVY = ("torch", "sklearn", "numba", "streamlit", "plotly")
FREE_OF_THEM = (
    "gan_core",
    "gan_core.config",
    "gan_core.problem",
    "gan_core.limits",
    "gan_core.config.links",
    "gan_core.export",
    "gan_core.data",
    "gan_core.metrics",
    "gan_core.training",
    "gan_core.training.choice",
    "gan_core.store.access",
    "gan_core.store.store",
    "gan_core.store.queue",
    "gan_core.store.results",
    "gan_core.live.updates",
    "gan_core.live.film",
    "gan_core.views",
    "gan_core.workers.supervisor",
)

# What the web server does with the library, not only what it imports.
PROGRAM = f"""
import importlib, json, sys
found = {{}}
def look(where):
    found[where] = [name for name in {HEAVY} if name in sys.modules]
for name in {FREE_OF_THEM}:
    importlib.import_module(name)
    look(name)
from gan_core import ExperimentConfig, load_table
from gan_core.export import notebook, script
from gan_core.networks import structure
from gan_core.problem import resolve
from gan_core.store.store import Store
store = Store.open(sys.argv[1])
run = store.create(ExperimentConfig(), "everybody")
problem = resolve(run.config)
store.limits.check(problem)
load_table("wine", ())
[structure(layers) for layers in (problem.generator, problem.discriminator)]
script(run.config), notebook(run.config)
look("use of a store, a table and a config")
print(json.dumps(found))
"""


def test_the_web_servers_side_imports_nothing_heavy(url):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, url], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert all(heavy == [] for heavy in found.values()), found
    assert len(found) == len(FREE_OF_THEM) + 1
