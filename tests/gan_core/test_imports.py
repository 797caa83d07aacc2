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
    "gan_core.views",
    "gan_core.workers.supervisor",
    "gan_core.workers.viewer_client",
)

# What the viewer computes with; the server only asks it. Streamlit is there then, as it must be.
SERVERS = """
import sys
import pages.server.lifespan, pages.server.routes
found = [name for name in sys.modules if name.startswith("gan_core.")]
print(*found, *{"torch", "sklearn", "numba", "plotly"}.intersection(sys.modules))
"""
COMPUTES = {
    "gan_core.live.film",
    "gan_core.live.sample",
    "gan_core.live.scores",
    "gan_core.scoring",
    "gan_core.views.game",
    "gan_core.workers.viewer",
}

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
from gan_core.problem import resolve
from gan_core.store.store import Store
store = Store.open(sys.argv[1])
run = store.create(ExperimentConfig(), "everybody")
problem = resolve(run.config)
store.limits.check(problem)
load_table("wine", ())
[str(layers) for layers in (problem.generator, problem.discriminator)]
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


def test_the_web_server_has_nothing_that_computes_pictures():
    done = subprocess.run([sys.executable, "-c", SERVERS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = set(done.stdout.split())
    assert "gan_core.workers.viewer_client" in found
    assert not found & {*COMPUTES, *HEAVY}, found & {*COMPUTES, *HEAVY}
