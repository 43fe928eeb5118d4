from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("People")
    audited = {
        "User": ("email", "name", "is_active", "is_superuser"),
        "Decision": ("message", "what", "by", "decided_at"),
    }

    def ready(self) -> None:
        from people import (  # noqa: PLC0415 - needs the models
            audit,
            audit_triggers,
            checks,  # noqa: F401 - registers
            messages,  # noqa: F401 - registers
            sqlite_like,
        )
        from people.actions.clock import set_right  # noqa: PLC0415
        from people.kinds import name_of, parts  # noqa: PLC0415

        parts[name_of(set_right)] = _("what a wrong clock wrote")
        connection_created.connect(audit.listen)
        connection_created.connect(sqlite_like.listen)
        pre_migrate.connect(audit_triggers.before_migrate, sender=self)
        post_migrate.connect(audit_triggers.after_migrate, sender=self)
