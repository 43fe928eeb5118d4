"""The ledger reports each thing that can be wrong with reminders, and nothing when nothing is."""

from __future__ import annotations

import pytest

from tests.faults.ledger import Ledger, Subject
from tests.faults.mail_server import Mail

ANNA = Subject("anna@example.org", "Task A", "21:47")
BORIS = Subject("boris@example.org", "Task A", "21:47")
DEADLINE = 2000.0


def mail(
    to: Subject = ANNA, *, at: float = 1000.0, letter: str = "one", port: int = 1, answered: bool = True
) -> Mail:
    text = f"Subject: Due soon\nMessage-ID: <{letter}>\n\n{to.title} is due today at {to.clock}.\n"
    return Mail(port, "portal@example.org", (to.to,), f"<{letter}>", at, at + 0.1, text, answered)


def ledger(*subjects: Subject) -> Ledger:
    found = Ledger()
    for subject in subjects:
        found.ask(subject, DEADLINE)
    return found


def wrong(found: Ledger, *mails: Mail, deaths: dict[int, list[float]] | None = None) -> set[str]:
    return set(found.compare(mails, deaths or {}).wrong())


def test_each_once_is_right() -> None:
    found = ledger(ANNA, BORIS).compare([mail(), mail(BORIS, letter="two", at=1500)], {})
    assert (found.wrong(), found.went, found.repeated, found.last_at) == ({}, 2, 0, 1500)


def test_lost() -> None:
    assert wrong(ledger(ANNA, BORIS), mail()) == {"lost"}


def test_twice() -> None:
    assert wrong(ledger(ANNA), mail(), mail(at=1001)) == {"twice"}


@pytest.mark.parametrize(
    ("first", "deaths"),
    [(mail(answered=False), {}), (mail(), {1: [1000.5]})],
    ids=["no answer was given", "the sender died"],
)
def test_again_where_the_sender_could_not_know(first: Mail, deaths: dict[int, list[float]]) -> None:
    found = ledger(ANNA).compare([first, mail(at=1001, port=2)], deaths)
    assert (found.wrong(), found.repeated) == ({}, 1)
    renamed = ledger(ANNA).compare([first, mail(at=1001, port=2, letter="other")], deaths)
    assert set(renamed.wrong()) == {"renamed"}


def test_a_death_excuses_only_the_last_that_this_sender_handed_over() -> None:
    twice = [mail(), mail(BORIS, letter="two", at=1001), mail(at=1003, port=2)]
    assert wrong(ledger(ANNA, BORIS), *twice, deaths={1: [1002.0]}) == {"twice"}
    assert wrong(ledger(ANNA), mail(), mail(at=1003, port=2), deaths={2: [1002.0]}) == {"twice"}


def test_untrue_from_the_moment_of_the_change_on() -> None:
    found = ledger(ANNA)
    found.spoil([ANNA], 1000.0)
    assert wrong(found) == set(), "it need not go any more"
    assert wrong(found, mail(at=1000.0)) == set()
    assert wrong(found, mail(at=1002.0)) == {"untrue"}


def test_after_the_deadline() -> None:
    assert wrong(ledger(ANNA), mail(at=DEADLINE)) == set()
    assert wrong(ledger(ANNA), mail(at=DEADLINE + 2)) == {"too_late"}


def test_news_of_a_moved_deadline_is_no_reminder() -> None:
    moved = Subject(ANNA.to, ANNA.title, "21:50", was="21:47")
    text = f"Subject: Moved\nMessage-ID: <two>\n\n1. {ANNA.title}: 30 September, 21:47 → 7 October, 21:50\n"
    news = Mail(1, "portal@example.org", (ANNA.to,), "<two>", 1000.0, 1000.1, text, answered=True)
    assert wrong(ledger(ANNA, moved), mail(), news) == set()
    assert wrong(ledger(ANNA, moved), mail()) == {"lost"}
    assert wrong(ledger(ANNA), mail(), news) == {"unasked"}


def test_what_nobody_asked_for() -> None:
    other_date = Subject(ANNA.to, ANNA.title, "21:48")
    assert wrong(ledger(ANNA), mail(), mail(other_date, letter="two")) == {"unasked"}
    assert wrong(ledger(ANNA), mail(), mail(BORIS, letter="two")) == {"unasked"}
