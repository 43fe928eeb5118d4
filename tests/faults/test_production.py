"""The portal as servers run it: really started, worked in through its proxy, killed in part, stopped."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test.client import BOUNDARY, encode_multipart

from courseportal.production.proxy import nginx
from tests.courseportal.test_serve import processes_of, status_after_stop, status_of
from tests.services import ROOT, free_port

KILLS = int(os.environ.get("PRODUCTION_KILLS", "0"))
SEED = int(os.environ.get("PORTAL_FAULT_SEED", "20250916"))
ADDRESS, PASSWORD = "alisa@example.org", "a password of some length"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not KILLS, reason="`make trust` starts the production processes (PRODUCTION_KILLS)"),
    pytest.mark.skipif(nginx() is None, reason="nginx is not installed (as root: apt-get install nginx)"),
]

STAGE = f"""
import django; django.setup()
from django.utils import timezone
from datetime import timedelta
from tests.factories import make_assignment, make_course, make_enrolment, make_user
now = timezone.now()
course = make_course(slug="effdl", starts_on=now.date(), ends_on=(now + timedelta(days=60)).date())
soon, before = now + timedelta(days=9), (now - timedelta(days=1)).date()
make_assignment(course=course, number=1, issued_on=before, due_at=soon)
make_enrolment(course=course, person=make_user(email={ADDRESS!r}, password={PASSWORD!r}))
"""

TELL = """
import django, json; django.setup()
from grading.models import SubmissionFile
from people.storage import durable_storage, KeptFile
print(json.dumps([[row.submission.receipt, row.submission.submitted_at.timestamp(), row.sha256,
    durable_storage().fault_in(KeptFile(row.path, row.size, row.sha256))]
    for row in SubmissionFile.objects.select_related("submission")]))
"""


class Portal:
    """A running portal, by its data folder and port."""

    def __init__(self, data: Path, port: int, process: subprocess.Popen[str]) -> None:
        self.data, self.port, self.process = data, port, process

    def python(self, script: str) -> str:
        """What a script says that works on this portal's database and files."""
        socket = urllib.parse.quote(str(self.data / "servers/postgres/data"))
        environment = os.environ | {
            "PORTAL_DATA_DIR": str(self.data),
            "DATABASE_URL": f"postgresql://portal@/postgres?host={socket}",
            "CELERY_BROKER_URL": "",
            "CACHE_URL": "",
            "DJANGO_SETTINGS_MODULE": "courseportal.settings",
        }
        command = [sys.executable, "-c", script]
        return subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    def webs(self) -> dict[int, list[int]]:
        """The web servers: main process -> those that answer."""
        found = {pid for pid, name in processes_of(self.data).items() if "granian" in name}
        parents = {
            pid: int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in found
        }
        mains = [pid for pid in found if parents[pid] not in found]
        return {main: [pid for pid in found if parents[pid] == main] for main in mains}


def parent_of(pid: int) -> int:
    """The process that started it; 0 where it has ended meanwhile."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@contextmanager
def production(data: Path) -> Iterator[Portal]:
    port = free_port()
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = {"PORTAL_DATA_DIR": str(data), "PORT": str(port), "SECRET_KEY": "only for tests"}
    with subprocess.Popen(
        [sys.executable, "-m", "courseportal.production"],
        cwd=ROOT,
        env=keep | given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout
            said: list[str] = []
            while not said or "Data and logs" not in said[-1]:
                said.append(process.stdout.readline())
                assert said[-1], f"it ended: {said}"
            yield Portal(data, port, process)
        finally:
            for pid in processes_of(data):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that PostgreSQL's account can pass through, with a short path."""
    folder = Path(tempfile.mkdtemp(prefix="portal-production-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Visitor:
    """A browser: cookies, forms, an answer's address and text."""

    def __init__(self, base: str) -> None:
        self.base, self.jar = base, CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def open(self, path: str, body: bytes | None = None, kind: str = "") -> tuple[str, str]:
        headers = {"Referer": self.base, **({"Content-Type": kind} if kind else {})}
        request = urllib.request.Request(urllib.parse.urljoin(self.base, path), body, headers)
        with self.browser.open(request, timeout=60) as answer:
            return answer.url, answer.read().decode()

    def sign_in(self) -> None:
        _url, page = self.open("/accounts/login/")
        fields = {
            "csrfmiddlewaretoken": value_of("csrfmiddlewaretoken", page),
            "login": ADDRESS,
            "password": PASSWORD,
        }
        url, _page = self.open(
            "/accounts/login/", urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
        )
        assert "/accounts/login" not in url

    def hand_in(self, data: bytes, name: str) -> tuple[str, str]:
        """The receipt that is shown, and its page."""
        _url, page = self.open("/courses/effdl/assignments/1/")
        fields = {
            "csrfmiddlewaretoken": value_of("csrfmiddlewaretoken", page),
            "form_token": str(uuid.uuid4()),
            "link": "",
            "comment": "through the proxy",
            "files": ContentFile(data, name=name),
        }
        body = encode_multipart(BOUNDARY, fields)
        url, page = self.open(
            "/courses/effdl/assignments/1/", body, f"multipart/form-data; boundary={BOUNDARY}"
        )
        shown = re.search(r"/receipts/([A-Z0-9-]+)/", url)
        assert shown, page
        return shown[1], page


def value_of(name: str, page: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]


def test_it_starts_takes_work_outlives_kills_and_leaves_nothing(data: Path) -> None:
    print(f"seed {SEED}, {KILLS} kills")  # noqa: T201 - shown when it fails
    chance, receipts = random.Random(SEED), {}
    with production(data) as portal:
        running = " ".join(processes_of(data).values())
        wanted = ("granian", "celery", "beat", "nginx", "postgres", "redis")
        assert [name for name in wanted if name not in running] == []
        assert len(portal.webs()) == 2
        portal.python(STAGE)
        student = Visitor(f"http://localhost:{portal.port}")
        student.sign_in()
        work = os.urandom(3_000_000)
        sent_at = time.time()
        receipt, page = student.hand_in(work, "Ёж «в тумане».ipynb")
        assert hashlib.sha256(work).hexdigest() in page and "Ёж «в тумане».ipynb" in page
        receipts[receipt] = hashlib.sha256(work).hexdigest()
        [[_receipt, submitted_at, _sha256, fault]] = json.loads(portal.python(TELL))
        assert sent_at - 1 <= submitted_at <= time.time() and fault is None

        refused: set[int] = set()
        for _kill in range(KILLS):
            before = portal.webs()
            main = chance.choice(sorted(before))
            os.kill(chance.choice([main, *before[main]]), signal.SIGKILL)
            until = time.monotonic() + 90
            while True:  # the other one answers meanwhile, and nothing is lost
                data_sent = os.urandom(50_000)
                try:
                    receipt, _page = student.hand_in(data_sent, "work.ipynb")
                    receipts[receipt] = hashlib.sha256(data_sent).hexdigest()
                except urllib.error.HTTPError as error:
                    refused.add(error.code)
                now = portal.webs()
                if len(now) == 2 and all(now.values()) and now != before:
                    break
                assert time.monotonic() < until, now
        assert refused <= {502, 503, 504}, "told, not lost in silence"
        rows = {receipt: (sha256, fault) for receipt, _at, sha256, fault in json.loads(portal.python(TELL))}
        assert {receipt: (sha256, None) for receipt, sha256 in receipts.items()}.items() <= rows.items()
        assert all(fault is None for _sha256, fault in rows.values())
        until = time.monotonic() + 120
        while status_of(portal.port, "/health/ready") != 200:  # the worker, too, through Redis
            assert time.monotonic() < until
            time.sleep(0.5)

        os.killpg(portal.process.pid, signal.SIGINT)
        assert portal.process.wait(timeout=120) == 0
        assert processes_of(data) == {} and status_after_stop(portal.port) == "refused"

    with production(data) as portal:
        assert len(json.loads(portal.python(TELL))) == len(rows), "the second start keeps the data"
        portal.process.kill()
        until = time.monotonic() + 120
        while left := processes_of(data):
            assert time.monotonic() < until, left
            time.sleep(0.5)
