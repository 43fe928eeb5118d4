"""What the portal shows across its apps."""

from dataclasses import dataclass

from schedule.models import Enrolment, Role


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
