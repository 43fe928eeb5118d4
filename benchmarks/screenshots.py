"""`make screenshots`: the pictures of the README, of the demo as it is today, made in a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from tests.services import ROOT, chromium, free_port

PICTURES = ROOT / "docs" / "pictures"
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


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    port = free_port()
    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with tempfile.TemporaryDirectory(prefix="portal-pictures-") as folder:
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
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
                    for picture in SHOWN:
                        take(
                            browser, f"http://localhost:{port}", picture, people.get(picture.who, picture.who)
                        )
                    browser.close()
            finally:
                portal.terminate()
                portal.wait(timeout=30)
    print(f"{len(SHOWN)} pictures in {PICTURES.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
