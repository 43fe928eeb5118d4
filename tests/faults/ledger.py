"""What had to go, what the mail server took, and what is wrong between the two.

The ledger is kept apart from the portal: it knows the facts that the test itself made, and reads the mails as
their readers do. A mail is about an assignment, by its title, and about a deadline, by its time of day, which
no other deadline of that assignment has.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from math import inf

from tests.faults.mail_server import Mail, parsed

GRACE = 1.5  # seconds between the last look at the facts and the first word to the mail server
ANSWER_IN = 1.5  # seconds; later the sender may have gone away, QUICK lets it wait for two

CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")


@dataclass(frozen=True, order=True)
class Subject:
    """What a reminder is about: whose, which assignment's, and the time of day of its deadline.

    With ``was`` it is no reminder, but the news that the deadline is another now.
    """

    to: str
    title: str
    clock: str  # "21:47"
    was: str = ""


@dataclass
class Order:
    """A reminder that the facts ask for; moments are seconds since the epoch."""

    due_until: float  # the deadline
    true_until: float = inf
    """The work was handed in then, or the date moved."""
    must: bool = True


@dataclass
class Findings:
    """What is wrong, in words; and what is not, in numbers."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    too_late: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    repeated: int = 0
    """Sent again with the same Message-ID, for the sender could not know that it had been taken."""
    went: int = 0
    last_at: float = 0.0

    def wrong(self) -> dict[str, list[str]]:
        """By the fault's name, only those that occurred."""
        names = ("lost", "twice", "renamed", "untrue", "too_late", "unasked")
        return {name: found for name in names if (found := getattr(self, name))}


@dataclass
class Ledger:
    """The reminders that have to go, as the facts change under them."""

    orders: dict[Subject, Order] = field(default_factory=dict)

    def ask(self, subject: Subject, deadline: float, *, must: bool = True) -> None:
        """From now on this one is due."""
        self.orders[subject] = Order(deadline, must=must)

    def spoil(self, subjects: Iterable[Subject], at: float) -> None:
        """From that moment on these are untrue; they may have gone, and need not."""
        for order in (self.orders[subject] for subject in subjects if subject in self.orders):
            order.true_until = min(order.true_until, at)
            order.must = False

    def compare(self, mails: Sequence[Mail], deaths: Mapping[int, Sequence[float]]) -> Findings:
        """The mails about assignments against the orders."""
        found = Findings(went=len(mails))
        titles: dict[str, set[str]] = defaultdict(set)
        for subject in self.orders:
            titles[subject.to].add(subject.title)
        told: dict[Subject, list[Mail]] = defaultdict(list)
        for mail in mails:
            for subject in self._subjects(mail, titles[mail.to[0]]):
                if subject not in self.orders:
                    found.unasked.append(f"{subject}: {mail.parsed()['Subject']}")
                    continue
                told[subject].append(mail)
                self._judge(found, subject, mail)
        uncertain = interrupted(mails, deaths)
        for subject, copies in told.items():
            _judge_copies(found, subject, copies, uncertain)
        found.lost += [
            str(subject) for subject, order in self.orders.items() if order.must and subject not in told
        ]
        return found

    def _subjects(self, mail: Mail, titles: set[str]) -> list[Subject]:
        """What a mail is about: each deadline that it says has moved, or the one of which it reminds."""
        text, to = words(mail.text), mail.to[0]
        named = [(title, line) for title in titles for line in text.splitlines() if _names(line, title)]
        moved = [
            Subject(to, title, clocks[-1], was=clocks[0])
            for title, line in named
            if len(clocks := CLOCK.findall(line)) > 1
        ]
        if moved:
            return moved
        reminded = {
            subject
            for title, _line in named
            for clock in CLOCK.findall(text)
            if (subject := Subject(to, title, clock)) in self.orders
        }
        return list(reminded) if len(reminded) == 1 else [Subject(to, f"unknown: {text[:200]}", "")]

    def _judge(self, found: Findings, subject: Subject, mail: Mail) -> None:
        order = self.orders[subject]
        if mail.began_at > order.true_until + GRACE:
            found.untrue.append(f"{subject}: {mail.began_at - order.true_until:.1f} s after it was untrue")
        if mail.began_at > order.due_until + GRACE:
            found.too_late.append(f"{subject}: {mail.began_at - order.due_until:.1f} s after the deadline")
        if order.must:
            found.last_at = max(found.last_at, mail.began_at)


def _names(line: str, title: str) -> bool:
    return re.search(rf"\b{re.escape(title)}\b", line) is not None


@cache
def words(text: str) -> str:
    """The subject and the text part of a mail as it came."""
    message = parsed(text)
    body = message.get_body(("plain",))
    assert body is not None, "a mail without text"
    return f"{message['Subject']}\n{body.get_content()}".replace("\N{NO-BREAK SPACE}", " ")


def interrupted(mails: Sequence[Mail], deaths: Mapping[int, Sequence[float]]) -> set[int]:
    """The mails (their ids as objects) whose sender could not know that they were taken.

    The answer was not given, or came too late; or the sender died, and this was the last it handed over.
    """
    uncertain = {id(mail) for mail in mails if not mail.answered}
    for port, moments in deaths.items():
        own = [mail for mail in mails if mail.port == port]
        for before, died_at in pairwise([0.0, *sorted(moments)]):
            if last := [mail for mail in own if before < mail.taken_at <= died_at]:
                uncertain.add(id(last[-1]))
    return uncertain


def _judge_copies(found: Findings, subject: Subject, copies: list[Mail], uncertain: set[int]) -> None:
    """Only a mail of which the sender could not know may come again, and then it is the very same."""
    if len(copies) == 1:
        return
    if len({mail.message_id for mail in copies}) > 1:
        found.renamed.append(f"{subject}: {len(copies)} Message-IDs")
    elif any(id(mail) not in uncertain for mail in sorted(copies, key=lambda mail: mail.taken_at)[:-1]):
        found.twice.append(f"{subject}: {len(copies)} times")
    else:
        found.repeated += len(copies) - 1
