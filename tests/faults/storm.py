"""Everything that breaks, one trouble after another, each mended before the next."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial

from tests.faults.celery_process import Step
from tests.faults.mail_server import Manner
from tests.faults.stage import Stage

WAITED_FOR = 8.0  # seconds
FLOWS_FOR = 40.0  # seconds at most between two troubles


@dataclass(frozen=True)
class Trouble:
    """What breaks, and how it is mended."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None] = lambda: None
    came: Callable[[], bool] = lambda: True
    """Whether it has happened; one waits for it for a while."""


@dataclass
class Storm:
    """Rounds of one trouble or two at once; the same seed brings the same ones in the same order."""

    stage: Stage
    chance: random.Random
    pace: float  # seconds that the mail server takes for a mail, so that there is something to disturb
    share: int = 0
    """About so many mails go between two troubles: on a busy machine it takes long until a worker works."""
    happened: Counter[str] = field(default_factory=Counter)

    def troubles(self) -> list[Trouble]:
        """All that this stage can suffer."""
        stage, post = self.stage, self.stage.post
        calm = partial(post.behave, pace=self.pace)
        manners = [manner for manner in Manner if manner is not Manner.ACCEPT]
        found = [
            Trouble("a worker is killed", self._kill_a_worker),
            Trouble("all workers are killed", self._kill_workers),
            Trouble("the timetables are killed", partial(self._kill, "beat")),
            *map(self._step, Step),
            *(self._manner(manner, calm) for manner in manners),
            Trouble("the mail server is killed", post.stop, post.start),
            Trouble("the broker is emptied", stage.broker.empty),
        ]
        if stage.broker.can_break:
            found += [
                Trouble("the broker is killed", stage.broker.stop, stage.broker.start),
                Trouble("the broker is frozen", stage.broker.freeze, stage.broker.thaw),
            ]
        return found

    def rage(
        self,
        rounds: int,
        act: Callable[[], None],
        only: Collection[str] = (),
        enough: Callable[[], bool] = lambda: True,
    ) -> None:
        """Rounds of all troubles, or of those named; in each something happens in a course, too.

        There are so many, and more until it is ``enough``, three times as many at most.
        """
        deck: list[Trouble] = []
        for number in range(3 * rounds):
            if number >= rounds and enough():
                return
            if not deck:
                deck = [one for one in self.troubles() if not only or one.name in only]
                self.chance.shuffle(deck)
            self._suffer(deck.pop(), act)

    def _suffer(self, trouble: Trouble, act: Callable[[], None]) -> None:
        self.happened[trouble.name] += 1
        trouble.begin()
        time.sleep(self.chance.uniform(0.2, 1))
        act()
        self.stage.keep_running()
        until = time.monotonic() + WAITED_FOR
        while not trouble.came() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(self.chance.uniform(0.2, 1))
        trouble.end()
        time.sleep(self.chance.uniform(0, 0.5))
        self.stage.keep_running()
        self._let_some_go(self.chance.uniform(0, 2 * self.share))

    def _let_some_go(self, share: float) -> None:
        """Until so many more mails have gone; not for ever."""
        enough, until = len(self.stage.post.mails()) + share, time.monotonic() + FLOWS_FOR
        while len(self.stage.post.mails()) < enough and time.monotonic() < until:
            self.stage.keep_running()
            time.sleep(0.1)

    def _manner(self, manner: Manner, calm: Callable[[], None]) -> Trouble:
        """Of a mail that is taken without an answer one waits until there is one."""
        post, taken = self.stage.post, [0]
        unanswered = manner in (Manner.HANG_BEFORE_ANSWER, Manner.CUT_BEFORE_ANSWER)

        def begin() -> None:
            taken[0] = len(post.mails())
            post.behave(manner)

        return Trouble(f"mail: {manner}", begin, calm, lambda: not unanswered or len(post.mails()) > taken[0])

    def _step(self, step: Step) -> Trouble:
        stage = self.stage
        return Trouble(
            f"killed: {step}",
            partial(stage.kill_at, step),
            stage.let_live,
            lambda: not stage.waits_at(step),
        )

    def _kill_a_worker(self) -> None:
        self.stage.kill(f"worker{self.chance.randrange(len(self.stage.post.ports))}")

    def _kill_workers(self) -> None:
        self._kill("worker")

    def _kill(self, kind: str) -> None:
        for name in self.stage.names:
            if name.startswith(kind):
                self.stage.kill(name)
