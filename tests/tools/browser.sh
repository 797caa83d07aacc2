#!/bin/sh
# Makes sure that there is a Chromium for the browser tests and prints its path; all else goes to stderr.
# One that is installed comes first, then Debian's by apt-get where that is allowed, then Playwright's own.
# Debian's chromium-headless-shell needs a quarter less of the processor for a page than its chromium.
set -eu
cd "$(dirname "$0")/../.."

topic=browser
# shellcheck source=tests/tools/apt.sh
. tests/tools/apt.sh

# Asking for the version tells a browser from a stub that only says how to install one (Ubuntu's chromium-browser).
installed() {
  for name in "${GAN_FORGE_BROWSER:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    works "$name" && return
  done
  return 1
}

works() {
  path=$(command -v "$1") && "$path" --version >/dev/null 2>&1 </dev/null && echo "$path"
}

by_playwright() {
  say "installing Playwright's chromium"
  .venv/bin/python -m playwright install chromium >&2 </dev/null || return 1
  .venv/bin/python -c 'from playwright.sync_api import sync_playwright as start
with start() as playwright: print(playwright.chromium.executable_path)'
}

if [ -z "${CI:-}" ] || works chromium-headless-shell >/dev/null; then installed && exit; fi
may_apt && apt_install chromium-headless-shell fonts-noto-cjk && installed && exit
installed && exit
by_playwright && exit
say "none found and none could be installed. Install Chromium or Chrome, or name one: GAN_FORGE_BROWSER=/path make test"
exit 1
