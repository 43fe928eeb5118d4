"""What waits for the staff of a course: works, proofs, messages that could not be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from grading.models import Submission
from grading.queries.marking import QueueState, in_state
from people.queries.outbox import failed
from perks.models import Proof
from perks.queries.deciding import Deciding
from perks.queries.deciding import in_state as proofs_in_state
from schedule.models import Course


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits, and since when the oldest of it."""

    works: int
    oldest_work_at: datetime | None
    proofs: int
    oldest_proof_at: datetime | None
    to_settle: int
    failed: int

    @property
    def anything(self) -> bool:
        """Whether there is anything to do at all."""
        return bool(self.works or self.proofs or self.to_settle or self.failed)


def staff_waits(course: Course) -> Waiting:
    """What waits in a course, in four statements."""
    works = in_state(
        Submission.objects.filter(assignment__course=course).order_by(), QueueState.WAITING
    ).aggregate(count=Count("pk"), oldest=Min("submitted_at"))
    of_course = Proof.objects.filter(group__course=course).order_by()
    proofs = proofs_in_state(of_course, Deciding.WAITING).aggregate(
        count=Count("pk"), oldest=Min("posted_at")
    )
    return Waiting(
        works["count"],
        works["oldest"],
        proofs["count"],
        proofs["oldest"],
        proofs_in_state(of_course, Deciding.SETTLE).count(),
        failed(course.slug).count(),
    )
