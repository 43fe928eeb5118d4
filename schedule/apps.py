from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScheduleConfig(AppConfig):
    name = "schedule"
    verbose_name = _("Schedule")
    audited = {
        "Course": (
            "slug",
            "title",
            "time_zone",
            "starts_on",
            "ends_on",
            "closes_at",
            "due_days_after_issue",
        ),
        "StudyGroup": ("course", "name"),
        "Enrolment": ("person", "course", "group", "role", "joined_at", "left_at"),
        "ClassMeeting": (
            "course",
            "key",
            "kind",
            "number",
            "title",
            "starts_at",
            "ends_at",
            "room",
            "cancelled_at",
            "cancelled_why",
        ),
        "Material": ("class_meeting", "position", "title", "url"),
        "Assignment": (
            "course",
            "number",
            "title",
            "issued_on",
            "due_at",
            "closes_at",
            "max_score",
            "takes_files",
            "takes_link",
        ),
        "Announcement": ("course", "group", "title", "body", "by", "withdrawn_at"),
        "CourseChat": ("course", "chat_id", "language", "is_on"),
        "Exam": ("course", "not_before_on", "not_after_on", "starts_at", "room", "format"),
    }

    def ready(self) -> None:
        from people.channels.chats import chat_finders  # noqa: PLC0415 - needs the models
        from people.kinds import name_of, parts, sweepers  # noqa: PLC0415
        from people.letters import scope_names  # noqa: PLC0415
        from schedule import messages  # noqa: F401, PLC0415
        from schedule.actions.telling import sweep_schedule  # noqa: PLC0415
        from schedule.chats import course_chat  # noqa: PLC0415
        from schedule.queries import sender_name  # noqa: PLC0415

        chat_finders.append(course_chat)
        scope_names.append(sender_name)
        sweepers.append(sweep_schedule)
        parts[name_of(sweep_schedule)] = _("classes and the exam")
