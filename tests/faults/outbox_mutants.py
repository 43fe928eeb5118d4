"""Faults of the outbox: the run with real processes reports DEFECTS, the project's tests notice OUTBOX."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.faults.celery_process import Step
from tests.faults.mail_server import Manner
from tests.faults.planting import Mutant

DELIVER, SETTLE, LETTERS, ROWS, RULES = (
    "people/actions/deliver.py",
    "people/actions/settle.py",
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
            "why = kind.holds(message.person_id, message.facts, now)",
            'why = ""',
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
            SETTLE,
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
            "return Outcome(Answer.UNSURE, MAY_HAVE_ARRIVED + words_of(reason))",
            "return Outcome(Answer.TAKEN)",
            "people/channels/mail.py",
        ),
    ),
    Defect("no sweep", "lost", ("the broker is emptied",), environment={"OUTBOX_SWEEP": "36000"}),
]

PROCESS = [defect.mutant for defect in DEFECTS if defect.mutant]
"""Those that are planted in running processes, by their names."""

REMINDING, REMINDER = "grading/actions/reminding.py", "grading/messages/reminder.py"
TESTS = {
    DELIVER: "tests/people/test_deliver.py",
    SETTLE: "tests/people/test_deliver.py",
    LETTERS: "tests/people/test_deliver.py",
    ROWS: "tests/people/test_deliver.py",
    RULES: "tests/people/test_deliver.py",
    REMINDING: "tests/grading/test_reminding.py",
    REMINDER: "tests/grading/test_reminding.py",
}
"""Where a fault of each module has to be noticed."""
OUTBOX = [
    *(mutant for mutant in PROCESS if mutant.path in TESTS),
    Mutant(
        "a hand-over begins when the lease is nearly over",
        "if in_hand.left(now) < timedelta(seconds=settings.OUTBOX_LEASE / 2):",
        "if False:",
        SETTLE,
    ),
    Mutant(
        "a closed account is written to",
        "elif person is not None and not person.is_active:",
        "elif False:",
        DELIVER,
    ),
    Mutant(
        "no second look where the mail server took its time",
        "time.monotonic() - checked > LOOK_AGAIN_AFTER and",
        "False and",
        DELIVER,
    ),
    Mutant("nine attempts", "attempts >= MAX_ATTEMPTS", "attempts > MAX_ATTEMPTS", SETTLE),
    Mutant(
        "trouble of the server is an attempt",
        "(outcome.answer not in (Answer.DOWN, Answer.BUSY))",
        "True",
        SETTLE,
    ),
    Mutant(
        "what was refused for good is tried again",
        "if outcome.answer is Answer.REFUSED or attempts >= MAX_ATTEMPTS:",
        "if attempts >= MAX_ATTEMPTS:",
        SETTLE,
    ),
    Mutant(
        "what a dead worker had in hand never comes back",
        "| Q(state=MessageState.CLAIMED, claimed_until__lte=now)",
        "",
        ROWS,
    ),
    Mutant("the first wait is twice as long", "2 ** (attempts - 1)", "2 ** attempts", RULES),
    Mutant(
        "what is of no use any more goes out",
        "if useful_until is not None and now > useful_until:",
        "if False:",
        RULES,
    ),
    Mutant("a key without the deadline", ":{due_at.astimezone(UTC).isoformat()}:", ":", REMINDING),
    Mutant(
        "who has handed in is reminded",
        "if terms.due_at < now or column.id not in issued or (column.id, student) in handed_in:",
        "if terms.due_at < now or column.id not in issued:",
        REMINDING,
    ),
    Mutant(
        "nobody has the task and all are reminded",
        "if terms.due_at < now or column.id not in issued or",
        "if terms.due_at < now or",
        REMINDING,
    ),
    Mutant("the hour is not the course's", "local.time() >= course.remind_at", "True", REMINDING),
    Mutant(
        "a wrong clock silences a course",
        "row.through_on if row.through_on <= today else today - timedelta(days=1)",
        "row.through_on",
        REMINDING,
    ),
    Mutant(
        "a date that moved away holds",
        "or deadlines.terms(assignment, person_id).due_at != due_at:",
        "or False:",
        REMINDER,
    ),
    Mutant("a reminder goes after the deadline", "    if now > due_at:\n", "    if False:\n", REMINDER),
    Mutant("tomorrow for ever", '"written_on": written_on,', '"written_on": "2025-09-29",', REMINDER),
]
