"""The system's Chromium, without a window."""

import os
import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

ELSEWHERE = "forge.example"  # a name by which a browser reaches this machine as others do
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
]  # fmt: skip
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")


@contextmanager
def started_browser():
    """The browser that GAN_FORGE_BROWSER names, else the first that is installed."""
    path = os.environ.get("GAN_FORGE_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "no Chromium found: name one with GAN_FORGE_BROWSER"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
