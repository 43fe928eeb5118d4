"""Figures for Prometheus: what this web server answered, and how the portal stands, at /metrics.

Requests are counted where they are answered, by all processes of one web server together: each keeps its
counts in a file that the others read. How the outbox stands is asked of the database, which is the truth
about it whichever process delivers; every web server of a portal says the same about it.
"""

from __future__ import annotations

import os
from collections import Counter as Counted
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Case, Count, Sum, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from courseportal.counting import SHARED
from courseportal.health import PATIENCE, health
from courseportal.looking import look_at
from courseportal.version import version
from people.models import Message
from people.queries.outbox import oldest_due
from people.rules import MessageState

BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS: Final = Counter(
    "portal_requests",
    "Requests answered, by the name of their route.",
    ("route", "method", "status"),
    registry=None,
)
SECONDS: Final = Histogram(
    "portal_request_seconds",
    "How long it took until an answer began, in seconds.",
    ("route", "method"),
    buckets=BUCKETS,
    registry=None,
)


def observe(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    REQUESTS.labels(route, method, str(status)).inc()
    SECONDS.labels(route, method).observe(seconds)


def may_read(request: HttpRequest) -> bool:
    """Whether the request brings the token of METRICS_TOKEN; nobody may where none is set."""
    token = settings.METRICS_TOKEN
    return bool(token) and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, in the text format of Prometheus; who may not read them is told that nothing is here."""
    registry = CollectorRegistry()
    if SHARED in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REQUESTS)
        registry.register(SECONDS)
    now = timezone.now()  # noqa: TID251  # the edge of this page
    registry.register(_Standing(now))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Standing(Collector):
    """How the portal stands at a moment. What does not answer in time leaves its figures out."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield _gauge("portal_info", "The version that runs.", {"version": version()}, 1)
        found = health(now=self.now)
        up = GaugeMetricFamily("portal_part_up", "1 where /health/ready says ok.", labels=["part"])
        for part, word in found.words.items():
            up.add_metric([part], word == "ok")
        yield up
        not_swept = GaugeMetricFamily(
            "portal_not_swept", "What the last sweep could not look at.", labels=["part"]
        )
        for part, count in Counted(one.part for one in found.not_swept).items():
            not_swept.add_metric([part], count)
        yield not_swept
        for name, text, at in (
            ("portal_sweep_age_seconds", "Since the outbox was last gone through.", found.swept_at),
            ("portal_worker_age_seconds", "Since a worker was last seen.", found.worker_seen_at),
        ):
            if at is not None:
                yield _gauge(name, text, {}, (self.now - at).total_seconds())
        parts: dict[str, Callable[[], list[Metric]]] = {"figures": lambda: list(_outbox(self.now))}
        nothing: list[Metric] = []
        yield from look_at(parts, seconds=PATIENCE, otherwise=nothing)["figures"]


def _gauge(name: str, text: str, labels: dict[str, str], value: float) -> Metric:
    family = GaugeMetricFamily(name, text, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family


def _outbox(now: datetime) -> Iterator[Metric]:
    """The messages, in two statements."""
    channel = Case(When(chat="", then=Value("mail")), default=Value("chat"))
    rows = Message.objects.order_by().annotate(channel=channel).values_list("kind", "channel", "state")
    counted = list(rows.annotate(Count("pk"), Sum("attempts")).order_by("kind", "channel", "state"))
    depth = dict.fromkeys(MessageState, 0)
    names = ["kind", "channel"]
    # Gauges, all of them: rows go with their people, and what is sent again begins anew. A counter that goes
    # down is a restart to Prometheus, and a rate that nobody ever saw.
    sent = GaugeMetricFamily("portal_messages_sent", "Messages that have gone out.", labels=names)
    failed = GaugeMetricFamily("portal_messages_failed", "Messages given up for now.", labels=names)
    refused = GaugeMetricFamily("portal_messages_refused", "Hand-overs answered with a no.", labels=names)
    attempts: dict[tuple[str, str], int] = {}
    for kind, way, state, count, tries in counted:
        depth[MessageState(state)] += count
        attempts[kind, way] = attempts.get((kind, way), 0) + tries
        if state == MessageState.SENT:
            sent.add_metric([kind, way], count)
        elif state == MessageState.FAILED:
            failed.add_metric([kind, way], count)
    for (kind, way), tries in attempts.items():
        refused.add_metric([kind, way], tries)
    yield from (sent, failed, refused)
    messages = GaugeMetricFamily("portal_outbox_messages", "Messages in each state.", labels=["state"])
    for state, count in depth.items():
        messages.add_metric([state], count)
    yield messages
    oldest = oldest_due(now)
    late = (now - oldest).total_seconds() if oldest else 0
    yield _gauge("portal_outbox_oldest_due_seconds", "Since when what waits longest is due.", {}, late)
