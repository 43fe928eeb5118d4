"""The embedded broker under real processes: none lost, none half-read, none taken twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from kombu import Connection

from tests.courseportal.queues import queue_in, take
from tests.services import ROOT

PUBLISH = """
import sys
from tests.courseportal.queues import queue_in
with queue_in(sys.argv[1]) as queue:
    for number in range(int(sys.argv[3])):
        queue.put({"from": sys.argv[2], "number": number, "weight": "x" * 20_000})
"""
READ = """
import sys
from tests.courseportal.queues import queue_in, take
with queue_in(sys.argv[1]) as queue:
    while message := take(queue, timeout=5):
        print(message["from"], message["number"], len(message["weight"]), flush=True)
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True)


def test_two_writers_and_two_readers_lose_and_split_nothing(tmp_path: Path) -> None:
    count = 1500
    readers = [start(READ, tmp_path) for _ in range(2)]
    writers = [start(PUBLISH, tmp_path, name, count) for name in ("a", "b")]
    lines = [line for reader in readers for line in reader.communicate(timeout=120)[0].splitlines()]
    assert [process.wait(timeout=60) for process in writers + readers] == [0, 0, 0, 0]
    expected = {f"{name} {number} 20000" for name in ("a", "b") for number in range(count)}
    assert set(lines) == expected
    assert max(Counter(lines).values()) == 1


def test_a_killed_reader_takes_at_most_what_it_held(tmp_path: Path) -> None:
    with queue_in(tmp_path) as queue:
        for number in range(300):
            queue.put({"from": "a", "number": number, "weight": ""})
        reader = start(READ, tmp_path)
        assert reader.stdout
        seen = [reader.stdout.readline() for _ in range(20)]
        reader.send_signal(signal.SIGKILL)
        seen += reader.communicate()[0].splitlines()
        rest = []
        while message := take(queue, timeout=0.2):
            rest.append(message["number"])
    told = [int(line.split()[1]) for line in seen]
    assert len(told) + len(rest) >= 299
    assert len(set(told + rest)) == len(told) + len(rest)


def test_messages_wait_for_a_reader_that_comes_later_in_their_order(tmp_path: Path) -> None:
    with queue_in(tmp_path) as queue:
        for number in range(5):
            queue.put(number)
    with queue_in(tmp_path) as queue:
        assert len(queue) == 5
        assert [take(queue, timeout=1) for _ in range(5)] == [0, 1, 2, 3, 4]
        assert take(queue, timeout=0.05) is None


def test_a_reader_that_stops_in_order_gives_back_what_it_held(tmp_path: Path) -> None:
    with queue_in(tmp_path) as queue:
        queue.put("first")
        connection = Connection("files://", transport_options={"folder": str(tmp_path)})
        unfinished = connection.SimpleQueue("work")
        assert unfinished.get(timeout=1).payload == "first"
        unfinished.close()
        connection.close()
        assert take(queue, timeout=1) == "first"


def test_purge_empties_the_queue(tmp_path: Path) -> None:
    with queue_in(tmp_path) as queue:
        queue.put(1)
        queue.put(2)
        assert queue.clear() == 2
        assert len(queue) == 0


def test_a_queue_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    connection = Connection("files://", transport_options={"folder": str(tmp_path / "broker")})
    with pytest.raises(ValueError, match="cannot be called"):
        connection.SimpleQueue("../elsewhere").put("x")
    assert not (tmp_path / "elsewhere").exists()


def test_an_idle_reader_hears_of_a_message_within_a_second(tmp_path: Path) -> None:
    with queue_in(tmp_path) as queue:
        reader = start(READ, tmp_path)
        time.sleep(2)
        began = time.monotonic()
        queue.put({"from": "a", "number": 1, "weight": ""})
        assert reader.stdout
        assert reader.stdout.readline() == "a 1 0\n"
        assert time.monotonic() - began < 1
        reader.kill()
        reader.communicate()
