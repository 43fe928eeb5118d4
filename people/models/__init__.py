"""People: accounts, the audit, the outbox with what people chose about their messages."""

from people.models.audit import AuditEntry, AuditQuerySet
from people.models.decisions import Decision
from people.models.outbox import Choice, FeedSecret, Message, MessageQuerySet, Sweep
from people.models.users import User, UserManager, canonical_email

__all__ = [
    "AuditEntry",
    "AuditQuerySet",
    "Choice",
    "Decision",
    "FeedSecret",
    "Message",
    "MessageQuerySet",
    "Sweep",
    "User",
    "UserManager",
    "canonical_email",
]
