"""A model field for points, stored as hundredths, typed and shown as decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from schedule.points import parse_points
from schedule.wording import points_text

_SET = TypeVar("_SET", contravariant=True)
_GET = TypeVar("_GET", covariant=True)

if TYPE_CHECKING:
    _IntegerField = models.IntegerField
else:
    # The stubs' field is generic, Django's own is not.
    class _IntegerField(models.IntegerField, Generic[_SET, _GET]): ...


class PointsFormField(forms.CharField):
    """Points typed with a comma or a point; cleans to hundredths, None where empty."""

    default_error_messages = {
        "invalid": _("Write points as a number with at most two places, for example 9.5.")
    }

    def __init__(self, *, min_value: int | None = None, max_value: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)
        self.min_value, self.max_value = min_value, max_value

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return points_text(value, trim=True)
        return value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            hundredths = parse_points(text)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        for bound, wrong in ((self.min_value, "min"), (self.max_value, "max")):
            if bound is not None and (hundredths < bound if wrong == "min" else hundredths > bound):
                message = _("At least %(bound)s.") if wrong == "min" else _("At most %(bound)s.")
                raise ValidationError(message, code=wrong, params={"bound": self.prepare_value(bound)})
        return hundredths

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


class PointsField(_IntegerField[_SET, _GET]):
    """An amount of points, an integer of hundredths in the table and in Python."""

    description = _("Points, in hundredths")

    def in_words(self, hundredths: int) -> str:
        """Points as a history of changes shows them."""
        return points_text(hundredths, trim=True)

    def formfield(self, **kwargs: Any) -> Any:
        kwargs.pop("form_class", None)
        kwargs.pop("choices_form_class", None)
        # The administration asks for its field of whole numbers, in which browsers take no fraction.
        kwargs["widget"] = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 8})
        return PointsFormField(
            required=not self.blank, label=capfirst(self.verbose_name), help_text=self.help_text, **kwargs
        )
