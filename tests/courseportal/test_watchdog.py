"""A task that hangs ends its worker, which its supervisor starts again."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from courseportal.watchdog import GAVE_UP
from tests.services import ROOT

WORKER = """
import time
from courseportal.celery import app
from courseportal.processes import worker

@app.task(time_limit=0.5)
def quick(): pass

@app.task(time_limit=0.5)
def stuck(): time.sleep(60)

app.conf.update(broker_url="memory://", worker_enable_remote_control=False)
quick.delay()
stuck.delay()
app.worker_main(worker()[worker().index("worker"):])
"""


@pytest.mark.slow
def test_a_task_that_hangs_ends_its_worker() -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", WORKER], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == GAVE_UP, done.stderr
    assert time.monotonic() - began < 30
    assert "stuck did not end" in done.stdout + done.stderr
    assert "quick did not end" not in done.stdout + done.stderr
