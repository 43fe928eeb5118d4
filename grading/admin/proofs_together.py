"""What a TA does with several proofs of the list at once: only with those that wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from grading.admin.proof_form import ReasonForm
from grading.admin.proof_words import earned_texts
from grading.queries.undoing import ProofChange, effects
from perks.actions.decide import NotAllowed, ProofChanged, approve, reject
from perks.actions.locking import locked_group
from perks.forms import whole_number
from perks.models import Proof
from perks.rules import ProofState


@admin.action(description=gettext_lazy("Approve"))
def approve_together(page: Any, request: HttpRequest, proofs: QuerySet[Proof]) -> None:
    approved, others, earned = 0, 0, list[str]()
    for proof in proofs:
        with transaction.atomic():
            locked_group(proof.group_id)
            current = Proof.objects.select_related("activity__course").get(pk=proof.pk)
            if current.state != ProofState.PENDING:
                others += 1
                continue
            now, course = timezone.now(), current.activity.course
            brings = effects(course, {current.pk: ProofChange(state=ProofState.APPROVED)}, now)
            by: Any = request.user
            approve(proof_id=current.pk, version=current.version, by=by, now=now)
            approved += 1
        earned += earned_texts(brings, course.zone)
    if approved:
        said = ngettext("%(count)d proof is approved.", "%(count)d proofs are approved.", approved)
        messages.success(request, said % {"count": approved})
    for said in earned:
        messages.success(request, said)
    _say_decided(request, others)


@admin.action(description=gettext_lazy("Reject with one reason…"))
def reject_together(page: Any, request: HttpRequest, proofs: QuerySet[Proof]) -> TemplateResponse | None:
    chosen = list(proofs)
    waiting = [proof for proof in chosen if proof.state == ProofState.PENDING]
    form = ReasonForm(request.POST if "_reject" in request.POST else None)
    if not waiting:
        _say_decided(request, len(chosen))
        return None
    if not form.is_valid():
        return _reason_page(page, request, waiting, form)
    rejected, changed = 0, 0
    for proof in chosen:
        try:
            by: Any = request.user
            reject(
                proof_id=proof.pk,
                version=_version(request, proof),
                by=by,
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
        except (ProofChanged, NotAllowed):
            changed += 1
        else:
            rejected += 1
    if rejected:
        said = ngettext("%(count)d proof is rejected.", "%(count)d proofs are rejected.", rejected)
        messages.success(request, said % {"count": rejected})
    _say_decided(request, changed)
    return None


def _version(request: HttpRequest, proof: Proof) -> int:
    """The version that the page with the reason showed: of a proof that it did not show, none."""
    shown = request.POST.get(f"version_{proof.pk}", "")
    return (whole_number(shown) or 0) if proof.state == ProofState.PENDING else 0


def _reason_page(
    page: Any, request: HttpRequest, proofs: Sequence[Proof], form: ReasonForm
) -> TemplateResponse:
    context = {
        **page.admin_site.each_context(request),
        "title": ngettext("Reject %(count)d proof", "Reject %(count)d proofs", len(proofs))
        % {"count": len(proofs)},
        "subtitle": None,
        "opts": page.opts,
        "proofs": proofs,
        "form": form,
        "checkbox": ACTION_CHECKBOX_NAME,
        "list_url": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/perks/proof/together.html", context)


def _say_decided(request: HttpRequest, count: int) -> None:
    if count:
        said = ngettext(
            "%(count)d proof was decided or changed meanwhile: it is left as it is.",
            "%(count)d proofs were decided or changed meanwhile: they are left as they are.",
            count,
        )
        messages.warning(request, said % {"count": count})
