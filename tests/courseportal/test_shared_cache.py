"""The shared cache: Redis, and each process's own memory while that does not answer."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache

from courseportal import shared_cache
from courseportal.shared_cache import SharedCache
from tests.services import free_port


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(SharedCache, "asked_again_at", 0.0)
    yield
    made(free_port()).instead.clear()


def made(port: int) -> SharedCache:
    return SharedCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": {"socket_timeout": 0.2}})


def test_nobody_there_and_attempts_still_count() -> None:
    found = made(free_port())
    assert found.add("attempts", 1, 60)
    assert not found.add("attempts", 1, 60)
    assert found.incr("attempts") == 2
    found.set_many({"one": 1, "two": 2}, 60)
    assert found.get_many(["one", "two", "three"]) == {"one": 1, "two": 2}
    assert "one" in found and found.delete("one") and "one" not in found
    assert found.touch("two", 60)
    found.delete_many(["two"])
    assert found.get("two", "none") == "none"
    with pytest.raises(ValueError, match="two"):
        found.incr("two")


def test_one_that_says_nothing_is_waited_for_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        found = made(mute.getsockname()[1])
        begun = time.monotonic()
        for number in range(20):
            found.set("number", number, 60)
        assert found.get("number") == 19
        assert 0.2 <= time.monotonic() - begun < 1


@pytest.mark.skipif("TEST_REDIS_URL" not in os.environ, reason="Redis could not be brought up")
def test_it_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_cache, "AWAY_FOR", 0.1)
    cache.set("seen", "in Redis", 60)
    made(free_port()).set("seen", "in memory", 60)
    assert cache.get("seen") == "in memory", "one place at a time for the whole process"
    time.sleep(0.1)
    assert cache.get("seen") == "in Redis"
