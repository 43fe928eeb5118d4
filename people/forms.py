"""Form fields for what people send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile


class FilesInput(forms.ClearableFileInput):
    """A file field of the browser in which several files may be chosen."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; cleans to a list, empty where none was chosen."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        # Sizes, kinds and names are judged by whoever takes them, all files at once.
        return [file for file in data or () if isinstance(file, UploadedFile)]
