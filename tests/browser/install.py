"""Sees to it that the tests have a browser: Debian's Chromium, else the one that Playwright brings."""

import os
import shutil
import subprocess
import sys

from tests.services import chromium, playwright_chromium


def main() -> None:
    """Install a browser if there is none; what fails here is named again at the end of the tests."""
    if chromium() or playwright_chromium():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("No Chromium yet: installing Debian's (apt-get install chromium)", flush=True)
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)
    if not chromium():
        print("No Chromium yet: asking Playwright for its own (playwright install chromium)", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    main()
