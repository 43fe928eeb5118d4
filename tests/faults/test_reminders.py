"""Each due reminder goes out once and is never false, whatever breaks: real processes, real mail."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from people import kinds
from people.models import Message
from tests.faults.ledger import Findings
from tests.faults.mail_server import NEVER_THERE, Manner
from tests.faults.outbox_mutants import DEFECTS, Defect
from tests.faults.play import Play
from tests.faults.stage import QUICK, Stage
from tests.faults.storm import Storm

DUE = int(os.environ.get("PORTAL_REMINDERS", "0"))
SEED = int(os.environ.get("PORTAL_FAULT_SEED", "20250916"))
RECOVERY = 600.0  # seconds
PATIENCE = 20.0  # seconds in which nothing goes where nobody sweeps
ROUNDS_AT_LEAST = 20
FEW = 100
IN_THE_STORM = 0.8
"""Of more than a few the storm lasts until so many have gone: what goes in the calm proves little."""
PASSES_IN = 35.0 + DUE / 100  # seconds until a deadline in the middle of all this; more follow
PASSES_AGAIN_IN = 120.0  # seconds, for each further thousand
SWEEPS_EVERY = max(2.0, DUE / 400)  # seconds, so that sweeps of many courses leave time to deliver

pytestmark = [
    pytest.mark.slow,
    pytest.mark.sqlite,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DUE, reason="takes minutes: `make trust` runs it"),
]


@pytest.fixture
def build(process_env: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Brings up a stage, which ends with the test."""
    stages: list[Stage] = []

    def built(planted: str = "", **own: str) -> Stage:
        stages.append(Stage.build(tmp_path / "stage", process_env, planted=planted, own=QUICK | own))
        return stages[-1]

    yield built
    for stage in stages:
        stage.close()


def first_sweep(stage: Stage, play: Play) -> None:
    """Start the processes and let them write the day's reminders, while no mail is taken yet."""
    stage.post.behave(Manner.BUSY, refused=(NEVER_THERE,))
    if not stage.sweeps:
        for sweeper in kinds.sweepers:
            sweeper(timezone.now())
    stage.keep_running()
    until = time.monotonic() + 120 + DUE / 25
    while Message.objects.filter(kind="reminder").count() < play.due:
        dead = [name for name, process in stage.running.items() if process.poll() is not None]
        assert not dead and time.monotonic() < until, f"{dead}\n{stage.logs()}"
        time.sleep(0.1)
    while not stage.sweeps and not stage.ready():
        time.sleep(0.1)
    time.sleep(0 if stage.sweeps else 5)  # the sweep with which a worker starts finds the mail server busy


def settled(stage: Stage, play: Play, patience: float, expected: str = "") -> Findings:
    """Wait until all that has to go has gone and nothing waits any more; what the ledger says then.

    Where a fault is expected it may be seen sooner; what is lost shows once nothing waits.
    """
    until = time.monotonic() + patience
    while True:
        stage.keep_running()
        waits = Message.objects.unsettled().exists()
        if waits and not expected and time.monotonic() < until:
            time.sleep(0.5)
            continue
        found = play.ledger.compare(stage.post.mails(), stage.deaths)
        if (not waits and not found.lost) or time.monotonic() > until:
            return found
        if expected in found.wrong() and (expected != "lost" or not waits):
            return found
        time.sleep(0.5)


def weather(
    stage: Stage,
    play: Play,
    rounds: int,
    patience: float,
    pace: float,
    only: tuple[str, ...] = (),
    expected: str = "",
) -> Findings:
    """A storm of all troubles or those named, and a calm of so many seconds at most; what is wrong then."""
    chance = play.chance
    now = timezone.now()
    play.set_up(now)
    for number in range(max(1, play.due // 1000)):
        play.due_soon(now, in_seconds=PASSES_IN + number * PASSES_AGAIN_IN)
    storm = Storm(stage, chance, pace, share=round(play.due * IN_THE_STORM / rounds) if play.due > FEW else 0)
    first_sweep(stage, play)
    play.ten_hand_in(timezone.now())
    stage.post.behave(pace=storm.pace)

    def something_happens() -> None:
        act = chance.choice([play.hand_in, play.hand_in, play.give_a_date, play.move])
        act(timezone.now())

    def most_went() -> bool:
        return len(stage.post.mails()) >= play.due * IN_THE_STORM

    storm.rage(rounds, something_happens, only, most_went if play.due > FEW else lambda: True)
    stage.let_live()
    in_the_storm = len(stage.post.mails())
    stage.post.behave()
    begun = time.monotonic()
    found = settled(stage, play, patience, expected)
    calm = time.monotonic() - begun
    figures = (
        f"{found.went:,} mails, {in_the_storm:,} of them in the storm,"
        f" {storm.happened.total():,} troubles of {len(storm.happened)} kinds,"
        f" {sum(map(len, stage.deaths.values())):,} deaths of workers,"
        f" {found.repeated:,} sent again with the same Message-ID, quiet after {calm:.0f} s"
    )
    print(f"seed {SEED}, {connection.vendor}, {play.due:,} due: {figures}")  # noqa: T201 - shown when it fails
    if not only and (told := os.environ.get("PORTAL_FIGURES")):
        Path(told).write_text(figures)
    return found


def assert_refused_stays_known() -> None:
    """What an address that does not exist refused has failed, and says with which words."""
    refused = Message.objects.filter(person__email=NEVER_THERE).exclude(state=Message.State.DROPPED)
    told = set(refused.values_list("state", "error"))
    assert told == {(Message.State.FAILED, "550 5.1.1 No such person here")}


def test_reminders_outlive_everything(build: Callable[..., Stage]) -> None:
    stage, play = build(OUTBOX_SWEEP=str(SWEEPS_EVERY)), Play(DUE, random.Random(SEED))
    rounds = max(ROUNDS_AT_LEAST, DUE // 250)
    found = weather(stage, play, rounds, RECOVERY, pace=min(0.6, rounds * 1.6 / DUE))
    assert found.wrong() == {}, stage.logs()
    assert_refused_stays_known()
    deaths = sum(map(len, stage.deaths.values()))
    assert deaths >= 3 and found.went >= DUE / 3, "too little happened: this proves nothing"


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_reported(build: Callable[..., Stage], defect: Defect) -> None:
    stage = build(planted=defect.mutant.name if defect.mutant else "", **defect.environment)
    play = Play(40, random.Random(SEED))
    patience = RECOVERY if stage.sweeps else PATIENCE
    found = weather(stage, play, 5, patience, defect.pace, defect.troubles, defect.finding)
    assert defect.finding in found.wrong(), f"{found}\n{stage.logs()}"
