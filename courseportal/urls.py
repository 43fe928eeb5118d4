"""Every address of the portal."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from courseportal import design, errors
from courseportal.accounts import no_page_of_addresses
from courseportal.demo_signin import demo_sign_in
from courseportal.preferences import set_language, set_theme
from courseportal.probes import PROBES
from courseportal.views import calendar, mailbox, messages, pages, perk

course_patterns = [
    path("", pages.course, name="course"),
    path("schedule/", pages.schedule, name="schedule"),
    path("about/", pages.about, name="about"),
    path("announcements/", pages.announcements_list, name="announcements"),
    path("announcements/<int:pk>/", pages.announcement, name="announcement"),
]

perk_patterns: list[URLPattern | URLResolver] = [
    path("", perk.perk, name="perk"),
    path("request/", perk.extension_request, name="request"),
    path("", include("perks.urls")),
]

calendar_patterns = [
    path("", calendar.calendar, name="page"),
    path("new-address/", calendar.new_address, name="new_address"),
    path("language/", calendar.feed_language, name="language"),
    path("download/", calendar.download, name="download"),
    path("<slug:secret>.ics", calendar.personal, name="personal"),
    path("courses/<slug:slug>/<int:number>-<slug:token>.ics", calendar.course, name="course"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    *(path(f"{address}/", view, name=name) for address, (name, view) in PROBES.items()),
    path("accounts/email/", no_page_of_addresses),  # before allauth's own
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("courses/<slug:slug>/", include((course_patterns, "schedule"))),
    path("courses/<slug:slug>/perk/", include((perk_patterns, "perks"))),
    path("courses/<slug:slug>/", include("grading.urls")),
    path("calendar/", include((calendar_patterns, "calendar"))),
    path("i18n/setlang/", set_language, name="set_language"),
    path("preferences/theme/", set_theme, name="set_theme"),
    path("preferences/messages/", messages.choices, name="message_choices"),
    path("preferences/messages/off/<str:token>/", messages.optout, name="optout"),
    path("notices/", messages.notices, name="notices"),
    path("notices/read/", messages.read_all, name="notices_read"),
    path("notices/<int:pk>/", messages.notice, name="notice"),
    path("demo/sign-in/", demo_sign_in, name="demo_sign_in"),
    path("demo/mailbox/", mailbox.mailbox, name="mailbox"),
    path("demo/mailbox/<slug:name>/", mailbox.letter, name="letter"),
    path("demo/mailbox/<slug:name>/html/", mailbox.letter_part, name="letter_part"),
    path("design/", design.sheet, name="design"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
