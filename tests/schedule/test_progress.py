"""How far long work has come: on a terminal, and never elsewhere."""

import io

import pytest

from schedule.management.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        """What the last line of the terminal shows."""
        return self.getvalue().rsplit("\r", 1)[-1].rstrip()


def test_a_terminal_shows_how_far_it_is() -> None:
    stream = Terminal()
    with ProgressBar(stream, "Writing") as bar:
        bar(0, 2000)
        assert stream.shown() == f"Writing {'░' * 30} 0 of 2,000"
        bar(1000, 2000)
        assert stream.shown() == f"Writing {'█' * 15}{'░' * 15} 1,000 of 2,000"
    assert stream.shown() == ""


def test_nothing_to_do_is_done_at_once() -> None:
    stream = Terminal()
    with ProgressBar(stream, "Writing") as bar:
        bar(0, 0)
        assert stream.shown() == f"Writing {'█' * 30} 0 of 0"


def test_an_error_is_told_on_a_clean_line() -> None:
    stream = Terminal()

    def interrupted() -> None:
        with ProgressBar(stream, "Writing") as bar:
            bar(1, 2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert stream.shown() == ""


def test_a_narrow_terminal_keeps_it_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    with ProgressBar(stream, "Writing") as bar:
        bar(1, 2)
        assert len(stream.shown()) == 19


def test_what_is_not_a_terminal_gets_nothing() -> None:
    stream = io.StringIO()
    with ProgressBar(stream, "Writing") as bar:
        bar(1, 2)
    assert stream.getvalue() == ""
