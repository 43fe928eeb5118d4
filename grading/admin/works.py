"""Works that wait for points, and the page where a TA gives them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading.actions.claim import AlreadyClaimed, claim_submission, release_submission
from grading.actions.review import ReviewConflict, review_submission
from grading.admin.filters import AssignmentFilter, StateFilter, StudentGroupFilter, WhoseFilter
from grading.admin.review_form import ReviewForm
from grading.admin.through import ThroughAdmin
from grading.admin.together import download, give_back, take
from grading.admin.words import earned_text, lateness_text, sum_text
from grading.dates import meaning_words, origin_words, source_words
from grading.models import Claim, Review, Submission
from grading.queries.marking import QueueLine, mark_of, queue_lines, work_page
from grading.queries.reading import read_files
from people.history import in_words
from people.models import AuditEntry
from schedule.admin.filters import CourseFilter
from schedule.admin.taught import NOTHING, moment_in


class Queue(ChangeList):
    """A list of works, each with its line."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        works = list(self.result_list)
        lines = queue_lines(works, timezone.now())
        for work in works:
            work.line = lines[work.pk]
        self.result_list = works


def _line(work: Submission) -> QueueLine:
    line: QueueLine = work.line  # type: ignore[attr-defined]
    return line


def _with_earned(text: str, line: QueueLine) -> str:
    """With what the perk would make of it on a line of its own, in pencil."""
    other = earned_text(line.price, line.mark, line.if_earned, line.would_not_count)
    return format_html('{}<br><span class="pencil">{}</span>', text, other) if other else text


def _subject(work: Submission) -> str:
    return _("%(student)s, № %(number)d") % {"student": work.student, "number": work.assignment.number}


@admin.register(Submission)
class WorkAdmin(ThroughAdmin):
    """Everything handed in to the courses that the reader teaches, but nothing of their own."""

    listing = Queue
    course_path = "assignment__course"
    list_title = gettext_lazy("Works")
    nothing = gettext_lazy("No work waits for points. What has them stands under “graded”.")
    list_display = (
        "who",
        "group",
        "what",
        "of_course",
        "attempt",
        "handed_in",
        "lateness",
        "age",
        "points",
        "whose",
    )
    list_filter = (StateFilter, WhoseFilter, CourseFilter, AssignmentFilter, StudentGroupFilter)
    search_fields = ("student__name", "student__email", "=receipt")
    search_help_text = gettext_lazy("A name, an e-mail or the number of a receipt.")
    ordering = ("submitted_at", "pk")
    list_per_page = 50
    actions = (take, give_back, download)
    actions_selection_counter = True

    class Media:
        css = {"all": ("portal/css/marking.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        works = Submission.objects.gradable_by(request.user).order_by("submitted_at", "pk")
        return works.select_related("student", "assignment__course", "review__reviewer", "claim__ta")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # The columns of the queue

    @admin.display(description=gettext_lazy("student"), ordering="student__name")
    def who(self, work: Submission) -> str:
        return str(work.student)

    @admin.display(description=gettext_lazy("group"))
    def group(self, work: Submission) -> str:
        return _line(work).group or NOTHING

    @admin.display(description=gettext_lazy("assignment"), ordering="assignment__number")
    def what(self, work: Submission) -> str:
        return Truncator(str(work.assignment)).chars(32)

    @admin.display(description=gettext_lazy("attempt"))
    def attempt(self, work: Submission) -> str:
        line = _line(work)
        return _("%(number)d of %(all)d") % {"number": line.number, "all": line.attempts}

    @admin.display(description=gettext_lazy("handed in"), ordering="submitted_at")
    def handed_in(self, work: Submission) -> SafeString:
        return moment_in(work.assignment.course.zone, work.submitted_at)

    @admin.display(description=gettext_lazy("lateness"))
    def lateness(self, work: Submission) -> str:
        line = _line(work)
        text = lateness_text(line.days_late, line.price)
        return text if line.mark else _with_earned(text, line)

    @admin.display(description=gettext_lazy("age"), ordering="submitted_at")
    def age(self, work: Submission) -> str:
        return timesince(work.submitted_at, timezone.now(), depth=1)

    @admin.display(description=gettext_lazy("points"))
    def points(self, work: Submission) -> str:
        line = _line(work)
        return _with_earned(sum_text(line.mark), line) if line.mark else NOTHING

    @admin.display(description=gettext_lazy("TA"))
    def whose(self, work: Submission) -> str:
        review, claim = getattr(work, "review", None), getattr(work, "claim", None)
        if claim is not None and (review is None or review.score is None):
            return _("%(name)s (taken)") % {"name": claim.ta}
        return str(review.reviewer) if review and review.reviewer else NOTHING

    # One work

    def name_of(self, row: Submission) -> str:
        return _subject(row)

    def history_rows(self, row: Submission) -> tuple[Model | None, ...]:
        return (row, getattr(row, "review", None))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The work, its facts to read, and the form for points and feedback."""
        work: Submission = self._found(request, object_id)
        if request.method != "POST":
            return self._page(request, work, ReviewForm(work=work))
        if "_claim" in request.POST:
            self._claim(request, work)
            return self._page(request, work, ReviewForm(work=work, typed=request.POST))
        form = ReviewForm(request.POST, work=work)
        if not form.is_valid():
            form.point_at_what_is_wrong()
            return self._page(request, work, form)
        queue = self.queue(request)
        try:
            review = review_submission(
                submission=work,
                **form.cleaned_data,
                by=request.user,  # type: ignore[arg-type]  # who got here is signed in
                now=timezone.now(),
            )
        except ReviewConflict as conflict:
            return self._page(request, work, *self._after_conflict(request, work, conflict))
        self._say_saved(request, work, review)
        return HttpResponseRedirect(self._next_address(request, work, queue))

    def _claim(self, request: HttpRequest, work: Submission) -> None:
        """Take the work or give it back; what is typed stays typed."""
        person: Any = request.user
        if request.POST["_claim"] == "release":
            release_submission(submission=work, by=person)
        else:
            over = request.POST["_claim"] == "over"
            try:
                claim_submission(submission=work, by=person, now=timezone.now(), over=over)
            except AlreadyClaimed as refused:
                messages.warning(request, _("%(name)s has just taken it.") % {"name": refused.claim.ta})

    def _page(
        self, request: HttpRequest, work: Submission, form: ReviewForm, theirs: Review | None = None
    ) -> HttpResponse:
        page = work_page(work, timezone.now())
        zone = page.course.zone
        entries = AuditEntry.objects.of(*self.history_rows(work)).select_related("person")
        waiting = self.queue(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _subject(work),
            "subtitle": None,
            "opts": self.opts,
            "work": work,
            "page": page,
            "files": read_files(page.attempt.files),
            "form": form,
            "theirs": theirs,
            "claim": Claim.objects.filter(submission=work).select_related("ta").first(),
            "mark": mark_of(work, page.terms.prices),
            "lateness": lateness_text(page.attempt.days_late, page.price)
            if page.price is not None
            else page.attempt.state.words,
            "dates": [
                (date, source_words(date), [origin_words(date, zone), meaning_words(date, page.terms)])
                for date in page.terms.dates
            ],
            "zone": zone,
            "changes": in_words(entries[:100], zone),
            "left": len(waiting),
            "has_next": bool(self.open_to(request, waiting) - {work.pk}),
            "list_url": self.list_address(request),
        }
        template = "admin/grading/submission/work.html"
        return TemplateResponse(request, template, context, status=409 if theirs else 200)

    def _after_conflict(
        self, request: HttpRequest, work: Submission, conflict: ReviewConflict
    ) -> tuple[ReviewForm, Review]:
        """The form with all that was typed, upon what the other TA saved: saving again replaces that."""
        data = request.POST.copy()
        data["version"] = str(conflict.current.version)
        work.review = conflict.current
        return ReviewForm(data, work=work), conflict.current

    def _say_saved(self, request: HttpRequest, work: Submission, review: Review) -> None:
        work.review = review
        page = work_page(work, timezone.now())
        mark = mark_of(work, page.terms.prices)
        said = sum_text(mark) if mark else _("feedback without points")
        messages.success(request, format_html(_("Saved: {}: {}."), _subject(work), said))

    # The way through the queue

    def open_to(self, request: HttpRequest, queue: list[int]) -> set[int]:
        """Those of the works that no other TA has taken."""
        claimed = Claim.objects.filter(submission__in=queue).exclude(ta=request.user.pk)
        return set(queue) - set(claimed.values_list("submission_id", flat=True))

    def _next_address(self, request: HttpRequest, work: Submission, queue: list[int]) -> str:
        """Where to go after saving: the same page, the list, or the work after this one."""
        if "_continue" in request.POST:
            return request.get_full_path()
        if "_next" not in request.POST:
            return self.list_address(request)
        following = self.following(request, work.pk, queue)
        if following is None:
            is_last = not set(queue) - {work.pk}
            said = _("Every work is marked.") if is_last else _("The other works are taken by other TAs.")
            messages.info(request, said)
            return self.list_address(request)
        return self.page_address(request, following)
