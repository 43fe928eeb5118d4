"""`make screenshots`: pictures of the demo's pages and letters as they are today, made in a real browser.

python -m benchmarks.screenshots [pages] [mails]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.services import ROOT, chromium, free_port

PICTURES = ROOT / "docs" / "pictures"
MAILS = PICTURES / "mails"
FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


class Picture(NamedTuple):
    """A page of the running course as one of the demo's people sees it: the first of a role, or that one."""

    name: str
    who: str
    path: str
    width: int
    theme: str
    language: str
    height: int = 0


SHOWN = (
    Picture("home", "student", "/", 1280, "light", "en-GB"),
    Picture("assignment", "student", "{course}assignments/{open}/", 1280, "light", "ru-RU"),
    Picture("phone", "student", "{course}assignments/{open}/", 390, "dark", "ru-RU"),
    Picture("schedule", "student", "{course}schedule/", 1280, "light", "ru-RU"),
    Picture("grades", "student", "{course}grades/", 1280, "dark", "en-GB"),
    Picture("futures", "student", "{course}assignments/{futures}/", 1280, "light", "en-GB"),
    Picture("grades-futures", "student", "{course}grades/", 390, "dark", "ru-RU"),
    Picture("perk", "representative", "{course}perk/", 1280, "light", "en-GB", 1500),
    Picture("perk-phone", "student", "{course}perk/", 390, "light", "ru-RU"),
    Picture("proof", "assistant", "{proof}", 1280, "light", "en-GB", 1100),
    Picture("queue", "assistant", "/admin/grading/submission/", 1280, "light", "en-GB"),
)


SOUGHT = {"open": "form[data-hand-in]", "futures": ".futures"}
"""What an assignment's page must have to stand in a path: work is taken now; two futures differ."""


def last_with(page: Page, course: str, sought: str) -> str:
    """The number of the last assignment whose page has it."""
    page.goto(f"{course}assignments/")
    for number in reversed(page.locator(".entry .no").all_inner_texts()):
        page.goto(f"{course}assignments/{number}/")
        if page.locator(SOUGHT[sought]).count():
            return number
    raise SystemExit(f"{course}: no assignment with {SOUGHT[sought]}")


def first_waiting(page: Page, base: str) -> str:
    """The address of the first proof that waits for staff."""
    page.goto(f"{base}/admin/perks/proof/")
    address = page.locator("#result_list a[href*='/change/']").first.get_attribute("href")
    if address is None:
        raise SystemExit("no proof waits")
    return address


def take(browser: Browser, base: str, picture: Picture, account: str) -> None:
    """Sign in as that person and keep a picture of the first screen of the page."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height or (844 if picture.width < 500 else 900)},
        locale=picture.language,
        color_scheme="dark" if picture.theme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(f"{base}/accounts/login/")
    page.locator("input[name=login]").fill(account)
    page.locator("input[name=password]").fill("demo")
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{base}/")
    links = page.locator(".nav-main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    course = next(link for link in links if link.endswith("/assignments/")).removesuffix("assignments/")
    found = {"proof": first_waiting(page, base)} if "{proof}" in picture.path else {}
    found |= {one: last_with(page, base + course, one) for one in SOUGHT if f"{{{one}}}" in picture.path}
    page.goto(base + picture.path.format(course=course, **found))
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{picture.name}.png")
    context.close()


def accounts(welcome: list[str]) -> dict[str, str]:
    """The accounts that the portal names when it has started, by role."""
    words = [line.split() for line in welcome]
    return {line[0]: line[1] for line in words if len(line) > 1 and line[1].endswith("@example.org")}


def pages(folder: str) -> int:
    """Pictures of pages, of a demo that runs in that folder."""
    port = free_port()
    environment = os.environ | {"PORTAL_DATA_DIR": folder, "PORT": str(port), "PORTAL_ENV": "demo"}
    command = [sys.executable, "manage.py", "serve"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as portal:
        try:
            assert portal.stdout
            welcome: list[str] = []
            while not welcome or "Data and logs" not in welcome[-1]:
                welcome.append(portal.stdout.readline())
                if not welcome[-1]:
                    return 1
            people = accounts(welcome)
            with browser() as chrome:
                for picture in SHOWN:
                    who = people.get(picture.who, picture.who)
                    take(chrome, f"http://localhost:{port}", picture, who)
        finally:
            portal.terminate()
            portal.wait(timeout=30)
    print(f"{len(SHOWN)} pictures in {PICTURES.relative_to(ROOT)}")
    return 0


def mails(folder: str) -> int:
    """Pictures of a letter of each kind, in both languages, from a demo that is made in that folder."""
    environment = os.environ | {"PORTAL_DATA_DIR": folder, "PORTAL_ENV": "demo"}
    letters = Path(folder) / "letters"
    letters.mkdir()
    steps = (["manage.py", "migrate", "-v0"], ["manage.py", "demo"], ["-m", "benchmarks.mails", str(letters)])
    for step in steps:
        done = subprocess.run(
            [sys.executable, *step], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            return done.returncode
    MAILS.mkdir(parents=True, exist_ok=True)
    found = sorted(letters.glob("*.html"))
    with browser() as chrome:
        page = chrome.new_page(viewport={"width": 664, "height": 240})
        for letter in found:
            page.goto(letter.as_uri())
            picture = Image.open(BytesIO(page.screenshot(full_page=True)))
            # A few colours on paper: a palette makes the file a third as large, and nobody sees it.
            picture.convert("RGB").quantize(64).save(MAILS / f"{letter.stem}.png", optimize=True)
    print(f"{len(found)} pictures in {MAILS.relative_to(ROOT)}")
    return 0


@contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium that calls nobody."""
    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium(), args=flags)
        yield chrome
        chrome.close()


PARTS = {"pages": pages, "mails": mails}


def main(wanted: Sequence[str]) -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in wanted or PARTS:
        with tempfile.TemporaryDirectory(prefix="portal-pictures-") as folder:
            if code := PARTS[name](folder):
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
