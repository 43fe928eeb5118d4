"""The form by which students hand in."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms import FilesField
from schedule.models import Assignment


class HandInForm(forms.Form):
    """Files, a link and a comment. What is wrong with them for this assignment the action says.

    ``form_token`` makes the form hand in once however often it is sent; ``price_seen`` is the price in
    hundredths that the page showed, so that the receipt can say if it has changed meanwhile.
    """

    files = FilesField(label=_("Files"), required=False)  # type: ignore[assignment]
    link = forms.CharField(label=_("Link to a repository"), required=False, max_length=1000)
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For the TA who reads your work."),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput)
    price_seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, assignment: Assignment, price: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"form_token": uuid.uuid4(), "price_seen": price}
        if assignment.takes_files:
            attributes = {"accept": ",".join(assignment.suffixes), "data-max-bytes": assignment.max_bytes}
            self.fields["files"].widget.attrs.update(attributes | {"data-max-files": assignment.max_files})
        else:
            del self.fields["files"]
        if assignment.takes_link:
            link = {"placeholder": "https://", "inputmode": "url", "autocomplete": "url"}
            self.fields["link"].widget.attrs.update(link)
        else:
            del self.fields["link"]
        self.helper = FormHelper()
        self.helper.attrs = {"data-hand-in": ""}
        self.helper.layout = Layout(*self.fields)
        self.helper.add_input(Submit("", _("Hand in")))

    def clean_link(self) -> str:
        """What was typed; without a scheme it is taken as https. The action judges it with the files."""
        link: str = self.cleaned_data["link"].strip()
        if not link:
            return ""
        return link if "://" in link else f"https://{link}"

    @property
    def problems(self) -> list[str]:
        """What is wrong with the files and with the form as a whole; the other fields say it themselves."""
        silent = [name for name in ("files", "form_token", "price_seen") if name in self.fields]
        lists: list[Iterable[object]] = [
            self.non_field_errors(),
            *(self.errors.get(name, []) for name in silent),
        ]
        return [str(problem) for problems in lists for problem in problems]

    def priced(self, price: int | None) -> HandInForm:
        """The same form to be shown again, on a page that shows this price by now."""
        return self._with(price_seen="" if price is None else str(price))

    def renewed(self) -> HandInForm:
        """The same form to be shown again under a token of its own: the old one has handed in already."""
        return self._with(form_token=str(uuid.uuid4()))

    def _with(self, **values: str) -> HandInForm:
        self.data = dict(self.data.items()) | values
        return self
