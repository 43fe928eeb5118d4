"""What a group may do to earn the perk, and what it earns."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from perks.models import Activity, Checkpoint, ExtensionRule
from schedule.admin.filters import CourseFilter
from schedule.admin.taught import TaughtAdmin, TaughtInline, moment_in, yes_or_no


class CheckpointInline(TaughtInline):
    model = Checkpoint
    fields = ("number", "title", "latitude", "longitude")


@admin.register(Activity)
class ActivityAdmin(TaughtAdmin):
    inlines = (CheckpointInline,)
    list_display = ("number", "title", "min_people", "count_people", "of_course")
    list_display_links = ("number", "title")
    list_filter = (CourseFilter,)
    list_select_related = ("course",)
    search_fields = ("title",)


@admin.register(ExtensionRule)
class ExtensionRuleAdmin(TaughtAdmin):
    list_display = ("of_course", "target", "max_assignments", "not_the_first", "not_the_last")
    list_select_related = ("course",)

    @admin.display(description=ExtensionRule._meta.get_field("excludes_first").verbose_name)
    def not_the_first(self, rule: ExtensionRule) -> SafeString:
        return yes_or_no(rule.excludes_first)

    @admin.display(description=ExtensionRule._meta.get_field("excludes_last").verbose_name)
    def not_the_last(self, rule: ExtensionRule) -> SafeString:
        return yes_or_no(rule.excludes_last)

    @admin.display(description=_("target"), ordering="target_at")
    def target(self, rule: ExtensionRule) -> SafeString:
        return moment_in(rule.course.zone, rule.target_at)
