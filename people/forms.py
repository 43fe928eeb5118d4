"""Forms and form fields for what people send and choose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from people.kinds import Kind
from people.models import User
from people.queries.choices import Chosen
from people.rules import Wish


class FilesInput(forms.ClearableFileInput):
    """A file field of the browser in which several files may be chosen."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; cleans to a list, empty where none was chosen."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        # Sizes, kinds and names are judged by whoever takes them, all files at once.
        return [file for file in data or () if isinstance(file, UploadedFile)]


WISHES = (
    (Wish.ON, pgettext_lazy("by mail", "At once")),
    (Wish.DIGEST, pgettext_lazy("by mail", "Once a day")),
    (Wish.OFF, pgettext_lazy("by mail", "Never")),
)
WISHES_OF_A_DIGEST = (
    (Wish.ON, pgettext_lazy("by mail", "By mail")),
    (Wish.OFF, pgettext_lazy("by mail", "Never")),
)


class ChoicesForm(forms.Form):
    """What comes by mail, when it does not, in which language; one group of buttons for each kind."""

    language = forms.ChoiceField(choices=User.Language.choices, required=False)
    quiet_from = forms.TimeField(required=False, input_formats=["%H:%M", "%H:%M:%S"])
    quiet_until = forms.TimeField(required=False, input_formats=["%H:%M", "%H:%M:%S"])
    base = forms.CharField(required=False, max_length=64)

    def __init__(self, data: Any = None, *, kinds: Iterable[Kind], stands: Chosen) -> None:
        self.kinds = list(kinds)
        shown = {
            "language": stands.language,
            "quiet_from": f"{stands.quiet_from:%H:%M}" if stands.quiet_from else "",
            "quiet_until": f"{stands.quiet_until:%H:%M}" if stands.quiet_until else "",
            "base": stands.fingerprint,
            **{_name(kind): stands.wish(kind) for kind in self.kinds},
        }
        super().__init__(data, initial=shown)
        for kind in self.kinds:
            if kind.can_be_off:
                wishes = WISHES_OF_A_DIGEST if kind.is_digest else WISHES
                self.fields[_name(kind)] = forms.ChoiceField(choices=wishes)

    def rows(self) -> Iterator[tuple[Kind, forms.BoundField | None]]:
        """Each kind with its field; None for a kind that cannot be off."""
        for kind in self.kinds:
            yield kind, self[_name(kind)] if kind.can_be_off else None

    @property
    def quiet(self) -> tuple[forms.BoundField, forms.BoundField]:
        """The two ends of the quiet hours."""
        return self["quiet_from"], self["quiet_until"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        begin, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if "quiet_from" in cleaned and "quiet_until" in cleaned:
            if (begin is None) != (end is None):
                self.add_error(
                    "quiet_until" if end is None else "quiet_from",
                    _("Quiet hours have a beginning and an end: give both, or neither."),
                )
            elif begin is not None and begin == end:
                self.add_error(
                    "quiet_until", _("They begin and end at the same time: that is no hour at all.")
                )
        return cleaned

    def chosen(self) -> Chosen:
        """What a valid form asks for."""
        wishes = {kind.name: Wish(self.cleaned_data[_name(kind)]) for kind in self.kinds if kind.can_be_off}
        times = (self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"])
        return Chosen(self.cleaned_data["language"], *times, wishes)


def _name(kind: Kind) -> str:
    return f"kind_{kind.name}"
