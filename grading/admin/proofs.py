"""Proofs of effective rest that wait for a check, and the page where a TA decides on one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from grading.admin.asking import KNOWS, asking_page, must_be_asked
from grading.admin.proof_filters import ActivityFilter, DecidingFilter, deciding
from grading.admin.proof_form import ReasonForm
from grading.admin.proof_page import proof_context
from grading.admin.proof_steps import Deciding, is_so_already, step_of
from grading.admin.proof_words import earned_texts, flags_of
from grading.admin.proofs_together import approve_together, reject_together
from grading.admin.through import ThroughAdmin
from grading.queries.undoing import effects
from perks.actions.decide import NotAllowed, ProofChanged
from perks.actions.locking import locked_group
from perks.forms import whole_number
from perks.models import Proof
from perks.queries.deciding import Deciding as Shown
from perks.queries.deciding import ProofLine, proof_lines
from schedule.admin.filters import CourseFilter, GroupFilter
from schedule.admin.taught import NOTHING, moment_in


class Proofs(ChangeList):
    """A list of proofs, each with its line."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        proofs = list(self.result_list)
        lines = proof_lines(proofs)
        for proof in proofs:
            proof.line = lines[proof.pk]
        self.result_list = proofs


def _line(proof: Proof) -> ProofLine:
    line: ProofLine = proof.line  # type: ignore[attr-defined]
    return line


@admin.register(Proof)
class ProofAdmin(ThroughAdmin):
    """Those of the courses that the reader teaches, but none of a group in which they study."""

    listing = Proofs
    course_path = "activity__course"
    list_title = gettext_lazy("Proofs")
    nothing = gettext_lazy("No proof waits. What is decided stands under “approved” and “rejected”.")
    list_display = ("picture", "what", "group", "of_course", "people", "taken", "handed_in", "age", "flags")
    list_display_links = ("what",)
    list_filter = (DecidingFilter, CourseFilter, GroupFilter, ActivityFilter)
    search_fields = ("group__name", "parts__person__name", "parts__person__email", "note")
    search_help_text = gettext_lazy("A group, a person on the proof, or the note.")
    list_per_page = 50
    actions = (approve_together, reject_together)
    actions_selection_counter = True

    class Media:
        css = {"all": ("portal/css/deciding.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proof]:
        proofs = Proof.objects.decidable_by(request.user).order_by("posted_at", "pk")
        return proofs.select_related("group", "activity__course", "checkpoint", "posted_by", "decided_by")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """What waits says how long; what does not, what became of it."""
        waits = deciding(request) is Shown.WAITING
        columns = super().get_list_display(request)
        return columns if waits else ["state_now" if each == "age" else each for each in columns]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # The columns of the list

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, proof: Proof) -> SafeString:
        line = _line(proof)
        if line.photo_id is None:
            return format_html(
                '<span class="no-picture">{}</span>', _("track") if line.has_track else _("none")
            )
        address = reverse("perks:photo_small", args=[proof.activity.course.slug, line.photo_id])
        return format_html('<img class="small-picture" src="{}" alt="" loading="lazy">', address)

    @admin.display(description=gettext_lazy("activity"), ordering="activity__number")
    def what(self, proof: Proof) -> str:
        return str(proof)

    @admin.display(description=gettext_lazy("people"))
    def people(self, proof: Proof) -> int:
        return _line(proof).people

    @admin.display(description=gettext_lazy("taken"), ordering="taken_at")
    def taken(self, proof: Proof) -> SafeString:
        return moment_in(proof.activity.course.zone, proof.taken_at)

    @admin.display(description=pgettext_lazy("a proof", "handed in"), ordering="posted_at")
    def handed_in(self, proof: Proof) -> SafeString:
        return moment_in(proof.activity.course.zone, proof.posted_at)

    @admin.display(description=gettext_lazy("age"), ordering="posted_at")
    def age(self, proof: Proof) -> str:
        return timesince(proof.posted_at, timezone.now(), depth=1)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_now(self, proof: Proof) -> str:
        return str(proof.get_state_display())

    @admin.display(description=gettext_lazy("look twice"))
    def flags(self, proof: Proof) -> SafeString:
        told = flags_of(_line(proof))
        return format_html_join(" ", '<span class="flag">{}</span>', ((each,) for each in told)) or NOTHING

    # One proof

    def name_of(self, row: Proof) -> str:
        return _("%(what)s, group %(group)s") % {"what": row, "group": row.group}

    def history_rows(self, row: Proof) -> tuple[Model | None, ...]:
        return (row, *row.parts.all(), *row.photos.all())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The proof with its pictures and evidence, its people, and the decision."""
        proof: Proof = self._found(request, object_id)
        if request.method != "POST":
            return self._page(request, proof, ReasonForm())
        verb, about = _pressed(request)
        form = ReasonForm(request.POST if verb == "reject" else None)
        if verb == "reject" and not form.is_valid():
            return self._page(request, proof, form)
        if (verb, about) == ("add", None):
            messages.error(request, _("Choose first who is missing."))
            return HttpResponseRedirect(request.get_full_path())
        queue = self.queue(request)  # as it was before this proof leaves it
        try:
            with transaction.atomic():
                locked_group(proof.group_id)
                return self._answer(request, self._found(request, object_id), (verb, about), form, queue)
        except ProofChanged:
            return self._conflict(request, object_id, ReasonForm(request.POST) if verb == "reject" else form)
        except NotAllowed as refused:
            messages.error(request, str(refused) or _("That cannot be done with this proof now."))
            return HttpResponseRedirect(request.get_full_path())

    def _answer(
        self,
        request: HttpRequest,
        proof: Proof,
        pressed: tuple[str, int | None],
        form: ReasonForm,
        queue: list[int],
    ) -> HttpResponse:
        """Do what was pressed, or ask first. Nobody changes anything of the group meanwhile."""
        by: Any = request.user
        reason = form.cleaned_data["reason"] if form.is_bound else ""
        on = Deciding(proof, proof.version, by, timezone.now(), reason)
        if request.POST.get("version") != str(proof.version):
            if not is_so_already(pressed[0], on):
                raise ProofChanged(proof)
            messages.info(request, _("It is so already: %(who)s.") % {"who": proof.decided_by})
            return HttpResponseRedirect(self._next_address(request, proof, queue))
        step = step_of(*pressed, on)
        if step is None:
            raise NotAllowed
        course = proof.activity.course
        brings = effects(course, {proof.pk: step.change}, timezone.now())
        if must_be_asked(request, brings) or (step.lead and KNOWS not in request.POST):
            words = {
                "title": step.title,
                "confirm": step.confirm,
                "lead": step.lead,
                "back": request.get_full_path(),
                "back_title": self.name_of(proof),
            }
            return asking_page(request, course, brings, words)
        step.run()
        messages.success(request, step.done)
        for said in earned_texts(brings, course.zone):
            messages.success(request, said)
        own = request.get_full_path()
        return HttpResponseRedirect(self._next_address(request, proof, queue) if step.goes_on else own)

    def _next_address(self, request: HttpRequest, proof: Proof, queue: list[int]) -> str:
        """After a decision: the list, or the next proof of it where that was pressed."""
        if "_next" not in request.POST:
            return self.list_address(request)
        following = self.following(request, proof.pk, queue)
        if following is None:
            messages.info(request, _("No other proof is in this list."))
            return self.list_address(request)
        return self.page_address(request, following)

    def _conflict(self, request: HttpRequest, object_id: str, form: ReasonForm) -> HttpResponse:
        """What somebody else did since the page was opened; what was typed still stands in the form."""
        proof: Proof = self._found(request, object_id)
        since = whole_number(request.POST.get("seen", "")) or 0
        return self._page(request, proof, form, since=since)

    def _page(
        self, request: HttpRequest, proof: Proof, form: ReasonForm, since: int | None = None
    ) -> HttpResponse:
        waiting = self.queue(request)
        context = {
            **self.admin_site.each_context(request),
            **proof_context(proof, self.history_rows(proof), since),
            "title": self.name_of(proof),
            "subtitle": None,
            "opts": self.opts,
            "form": form,
            "left": len(waiting),
            "has_next": bool(set(waiting) - {proof.pk}),
            "list_url": self.list_address(request),
        }
        template = "admin/perks/proof/proof.html"
        return TemplateResponse(request, template, context, status=200 if since is None else 409)


def _pressed(request: HttpRequest) -> tuple[str, int | None]:
    """The button: a verb, and whom or what it is about: "strike 15"; "add" is about who is chosen."""
    verb, _blank, about = request.POST.get("_do", "").partition(" ")
    about = request.POST.get("person", "") if verb == "add" else about
    return verb, whole_number(about)
