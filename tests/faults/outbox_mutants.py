"""Faults of the outbox, which the run with real processes has to report."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.faults.celery_process import Step
from tests.faults.mail_server import Manner
from tests.faults.planting import Mutant

DELIVER, LETTERS, ROWS, RULES = (
    "people/actions/deliver.py",
    "people/letters.py",
    "people/models/outbox.py",
    "people/rules.py",
)


@dataclass(frozen=True)
class Defect:
    """A fault that the processes run with, the troubles that bring it out, and what is then wrong."""

    name: str
    finding: str
    troubles: tuple[str, ...]
    mutant: Mutant | None = None
    environment: dict[str, str] = field(default_factory=dict)
    pace: float = 0.2  # seconds that the mail server takes for a mail


def killed(step: Step) -> str:
    return f"killed: {step}"


DEFECTS = [
    Defect(
        "no lease check",
        "twice",
        ("the broker is emptied",),
        Mutant(
            "no lease check",
            "Q(state=MessageState.CLAIMED, claimed_until__lte=now)",
            "Q(state=MessageState.CLAIMED)",
            ROWS,
        ),
        pace=1.0,
    ),
    Defect(
        "no holds check",
        "untrue",
        (f"mail: {Manner.BUSY}",),
        Mutant(
            "no holds check",
            "why := kind.holds(message.person_id, message.facts, now)",
            'why := ""',
            DELIVER,
        ),
    ),
    Defect(
        "mark before send",
        "lost",
        (killed(Step.BEFORE),),
        Mutant(
            "mark before send",
            ".update(handed_at=now)",
            ".update(handed_at=now, state=MessageState.SENT, claimed_until=None, settled_at=now)",
            DELIVER,
        ),
    ),
    Defect(
        "a new Message-ID",
        "renamed",
        (f"mail: {Manner.CUT_BEFORE_ANSWER}", killed(Step.AFTER)),
        Mutant("a new Message-ID", "{letter.hex}@", "{__import__('uuid').uuid4().hex}@", LETTERS),
    ),
    Defect(
        "no answer counts as taken",
        "lost",
        (f"mail: {Manner.CUT_AT_DATA}",),
        Mutant(
            "no answer counts as taken",
            "return Outcome(Answer.DOWN, words_of(reason))  # our",
            "return Outcome(Answer.TAKEN if code is None else Answer.DOWN, words_of(reason))  # our",
            "people/channels/mail.py",
        ),
    ),
    Defect("no sweep", "lost", ("the broker is emptied",), environment={"OUTBOX_SWEEP": "36000"}),
]

PROCESS = [defect.mutant for defect in DEFECTS if defect.mutant]
"""Those that are planted in running processes, by their names."""
