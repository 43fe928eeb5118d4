"""The cache that all processes share: Redis, and where it does not answer, each process's own memory.

What is in it makes things faster or counts attempts to sign in. Nobody waits for it, and nobody is kept out
because it is away: meanwhile each process counts for itself.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

AWAY_FOR = 10.0
"""Seconds for which a Redis that did not answer is not asked again."""

logger = logging.getLogger(__name__)


class SharedCache(RedisCache):
    """Django's for Redis; after a call that got no answer in time, none is made for a while."""

    asked_again_at = 0.0  # of the monotonic clock; of all caches of this process

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.instead = LocMemCache("instead of Redis", {})

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= SharedCache.asked_again_at:
            try:
                return getattr(super(), name)(*args, **kwargs)
            except RedisError as reason:
                SharedCache.asked_again_at = time.monotonic() + AWAY_FOR
                logger.warning("Redis gave no answer: %s", type(reason).__name__)
        return getattr(self.instead, name)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("delete", *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("get_many", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("has_key", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("incr", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("set_many", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("delete_many", *args, **kwargs)

    def clear(self) -> Any:
        return self._ask("clear")
