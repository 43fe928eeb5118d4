"""The form with which a proof is rejected: a ready reason, words of one's own, or both."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from grading.admin.proof_words import READY_REASONS
from perks.models import Proof

LONGEST = Proof._meta.get_field("reason").max_length or 1000


class ReasonForm(forms.Form):
    """Cleans to ``reason``, which is never empty: the group reads it."""

    ready = forms.ChoiceField(
        label=_("Reason for a rejection"), required=False, widget=forms.RadioSelect, choices=[]
    )
    words = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The group reads it."),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")
        ready: Any = self.fields["ready"]
        choices = [(str(number), reason) for number, reason in enumerate(READY_REASONS, start=1)]
        ready.choices = [*choices, ("", _("Another reason"))]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        number = cleaned.get("ready") or ""
        said = [str(READY_REASONS[int(number) - 1])] if number else []
        said += [cleaned["words"].strip()] if cleaned["words"].strip() else []
        reason = "\n".join(said)
        if not reason:
            self.add_error("words", _("Say why: the group has to know what to do better."))
        elif len(reason) > LONGEST:
            self.add_error(
                "words", _("At most %(count)d characters, with the ready reason.") % {"count": LONGEST}
            )
        return {**cleaned, "reason": reason}
