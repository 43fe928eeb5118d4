"""The form that a TA types points and feedback into."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from grading.admin.words import points_text
from grading.models import Review, Submission
from schedule.fields import PointsFormField


class ReviewForm(forms.Form):
    """Points before any penalty; lateness is shown beside them, never typed."""

    score = PointsFormField(
        label=_("Points"),
        required=False,
        min_value=0,
        help_text=_("Empty: a comment only, the work waits on."),
    )
    bonus = PointsFormField(
        label=_("Bonus points"), required=False, min_value=0, help_text=_("Never penalised.")
    )
    feedback = forms.CharField(
        label=_("Feedback"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("The student reads it. Markdown."),
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, work: Submission, typed: QueryDict | None = None
    ) -> None:
        """``typed`` is what stands in the form already: shown as it is, neither checked nor saved."""
        values = _values(getattr(work, "review", None)) | ({} if typed is None else typed.dict())
        super().__init__(data, label_suffix="", initial=values)
        self.max_score = work.assignment.max_score

    def clean_score(self) -> int | None:
        score: int | None = self.cleaned_data["score"]
        if score is not None and score > self.max_score:
            raise forms.ValidationError(
                _("At most %(bound)s."), code="max", params={"bound": points_text(self.max_score)}
            )
        return score

    def point_at_what_is_wrong(self) -> None:
        """The page opens at the first field that was refused: on a phone it stands below the whole work."""
        for name in self.errors:
            if name in self.fields:
                self.fields[name].widget.attrs["autofocus"] = True
                return

    def clean_bonus(self) -> int:
        return self.cleaned_data["bonus"] or 0


def _values(review: Review | None) -> dict[str, Any]:
    if review is None:
        return {"version": 0}
    return {
        "score": review.score,
        "bonus": review.bonus or None,
        "feedback": review.feedback,
        "version": review.version,
    }
