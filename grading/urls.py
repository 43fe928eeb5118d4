"""Addresses under /courses/<slug>/ about hand-ins and grades."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from grading.views import assignments, grades, receipts


class FileName(StringConverter):
    """A name such as ``safe_name`` gives: no slash, and no NUL, which PostgreSQL does not even look for."""

    regex = r"[^/\0]+"


register_converter(FileName, "file_name")

app_name = "grading"

urlpatterns = [
    path("assignments/", assignments.assignments, name="assignments"),
    path("assignments/<int:number>/", assignments.assignment, name="assignment"),
    path("assignments/<int:number>/choose/", assignments.choose, name="choose"),
    path("receipts/<slug:receipt>/", receipts.receipt, name="receipt"),
    path("files/<int:pk>/contents/", receipts.contents, name="contents"),
    path("files/<int:pk>/<file_name:name>", receipts.file, name="file"),
    path("grades/", grades.grades, name="grades"),
]
