"""What the portal shows across its apps."""

from dataclasses import dataclass

from people.kinds import Audience, Kind, kinds
from people.models import User
from schedule.models import STAFF_ROLES, STUDENT_ROLES, Enrolment, Role


@dataclass(frozen=True)
class DemoAccount:
    """Somebody made up whom a visitor of the demo can be."""

    role: str
    email: str
    name: str


def demo_accounts() -> list[DemoAccount]:
    """One made-up person of the newest course for each role, in the order of the roles; one statement."""
    enrolments = (
        Enrolment.objects.active()
        .filter(person__is_demo=True)
        .order_by("-course__starts_on", "group__name", "person__name")
        .values_list("role", "person__email", "person__name")
    )
    first: dict[str, DemoAccount] = {}
    for role, email, name in enrolments:
        first.setdefault(role, DemoAccount(role, email, name))
    return [first[role] for role in Role.values if role in first]


def kinds_for(person: User) -> list[Kind]:
    """The kinds of message that come to somebody who is what this person is now; one statement."""
    roles = set(Enrolment.objects.of(person).active().values_list("role", flat=True))
    mine = {Audience.EVERYBODY}
    if roles & set(STUDENT_ROLES):
        mine.add(Audience.STUDENTS)
    if Role.REPRESENTATIVE in roles:
        mine.add(Audience.REPRESENTATIVES)
    if person.is_superuser or roles & set(STAFF_ROLES):
        mine.add(Audience.STAFF)
    return [kind for kind in kinds() if kind.audience in mine and kind.is_listed]
