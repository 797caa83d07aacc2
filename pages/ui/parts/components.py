"""How our own components are loaded: a loader here, their code in assets/, served once."""

from typing import Any

from streamlit.components.v2 import component

from pages.server.assets import ASSETS, asset_url

# The module's address comes with the data: the page's WebSocket carries only numbers. While a
# loader or its module is on its way, Streamlit may call it with old data after new (its imports of
# the loader end in any order), but ends a call that is out of date at once: so none draws before
# that. All wait for the same promise, because several imports of a module end in any order too.
_LOADER = """
const modules = {}
export default function (component) {
  const { data, parentElement } = component
  const url = new URL(data.module, document.baseURI).href
  modules[url] ??= import(url)
  const module = modules[url]
  const settled = new Promise((resolve) => setTimeout(resolve))
  let isOver = false
  Promise.all([module, settled]).then(
    ([it]) => { if (!isOver) it.render(component) },
    () => delete modules[url],
  )
  return () => {
    isOver = true
    module.then((it) => { if (!parentElement.isConnected) it.destroy(parentElement) })
  }
}
"""
_CSS = (ASSETS / "components.css").read_text(encoding="utf-8")


class Component:
    """One of the modules in assets/, which can be mounted any number of times.

    Args:
        path: the module below assets/, without its suffix, e.g. ``stage/live``; its root element
            has the class ``gf-<name>``.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        name = path.rpartition("/")[2]
        self._mount = component(
            f"gan_forge_{name}",
            html=f'<div class="gf-{name}"></div>\n',
            css=_CSS,
            js=_LOADER,
            isolate_styles=False,  # Plotly adds its styles to the document
        )

    def __call__(self, key: str, data: dict[str, Any], **callbacks: Any) -> Any:  # noqa: ANN401
        """Mount it; data are plain values for its ``render``."""
        addresses = {
            "module": asset_url(f"{self._path}.js"),
            "plotly": asset_url("plotly.min.js"),
        }
        return self._mount(key=key, data={**data, **addresses}, **callbacks)
