"""The form by which a group hands in a proof."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from people.forms import FilesField
from perks.models import Checkpoint
from perks.photos import PHOTOS_A_PROOF
from perks.queries.adding import AddPage
from schedule.moments import MomentField

MOST_BYTES: Final = 100 * 1024 * 1024
"""Of all files of a proof together: ten photos of a phone come to half of it."""

MOST_DIGITS: Final = 18
"""Of an id: a database's whole number holds so many."""


def whole_number(text: str) -> int | None:
    """A number as addresses and forms carry it; None for anything else."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if is_one else None


class PeopleField(forms.Field):
    """Ticked people; cleans to their ids, as often as each was sent. Who may be ticked the action says."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        "invalid": _("Somebody ticked here is not known. Open the page again and tick once more.")
    }

    def clean(self, value: Any) -> list[int]:
        ids = [whole_number(one) for one in value or ()]
        if None in ids:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return [one for one in ids if one is not None]


class ProofForm(forms.Form):
    """A proof of the chosen activity. What is wrong with it as a proof the action says.

    ``form_token`` makes the form hand in once however often it is sent.
    """

    checkpoint = forms.TypedChoiceField(
        label=_("Place"),
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": _("This place belongs to another activity.")},
    )
    photos = FilesField(label=_("Photos"), required=False)
    track = forms.FileField(label=_("GPS track"), required=False, allow_empty_file=True)
    people = PeopleField(label=_("Who took part"), required=False)
    taken_at = MomentField(label=_("Day and time"), required=False)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        help_text=_("For the TA who looks at it; the group reads it, too."),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, page: AddPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        self.initial = {"form_token": uuid.uuid4(), "people": sorted(page.ticked)}
        place = self.fields["checkpoint"]
        if isinstance(place, forms.ChoiceField):
            place.choices = [(one.checkpoint.pk, one.checkpoint.title) for one in page.places]
        taken_at = self.fields["taken_at"]
        if isinstance(taken_at, MomentField):
            taken_at.read_in(page.course.zone)
            taken_at.widget.attrs["step"] = "60"
        self.fields["photos"].widget.attrs.update(
            {
                "accept": "image/jpeg,image/png,image/webp",
                "data-max-bytes": MOST_BYTES,
                "data-max-files": PHOTOS_A_PROOF,
            }
        )
        self.fields["track"].widget = forms.FileInput(attrs={"accept": ".gpx,application/gpx+xml"})
        for name in ("track", "taken_at", "note"):
            self.fields[name].widget.attrs["class"] = "form-control"
        if page.chosen is None or not page.chosen.activity.takes_tracks:
            del self.fields["track"]

    @property
    def most_photos(self) -> int:
        """How many photos a proof may have."""
        return PHOTOS_A_PROOF

    @property
    def most_bytes(self) -> int:
        """How many bytes its files may have together."""
        return MOST_BYTES

    @property
    def place(self) -> Checkpoint | None:
        """The place that was chosen in a valid form."""
        chosen = self.cleaned_data["checkpoint"]
        return next((one.checkpoint for one in self.page.places if one.checkpoint.pk == chosen), None)

    @property
    def ticked(self) -> frozenset[int]:
        """Who is ticked on the page that shows this form."""
        sent = self["people"].value() or ()
        return frozenset(one for one in (whole_number(str(each)) for each in sent) if one is not None)

    @property
    def chosen_place(self) -> int | None:
        """The id of the place chosen on the page that shows this form."""
        return whole_number(str(self["checkpoint"].value() or ""))

    @property
    def problems(self) -> list[str]:
        """What is wrong with the files and with the form as a whole; the other fields say it themselves."""
        silent = [name for name in ("photos", "track", "form_token") if name in self.fields]
        lists: list[Iterable[object]] = [
            self.non_field_errors(),
            *(self.errors.get(name, []) for name in silent),
        ]
        return [str(problem) for problems in lists for problem in problems]
