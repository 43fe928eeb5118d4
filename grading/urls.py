"""Addresses under /courses/<slug>/ about hand-ins and grades."""

from django.urls import path

from grading.views import assignments, grades, receipts

app_name = "grading"

urlpatterns = [
    path("assignments/", assignments.assignments, name="assignments"),
    path("assignments/<int:number>/", assignments.assignment, name="assignment"),
    path("assignments/<int:number>/choose/", assignments.choose, name="choose"),
    path("receipts/<str:receipt>/", receipts.receipt, name="receipt"),
    path("files/<int:pk>/contents/", receipts.contents, name="contents"),
    path("files/<int:pk>/<str:name>", receipts.file, name="file"),
    path("grades/", grades.grades, name="grades"),
]
