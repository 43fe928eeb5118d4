"""The Celery application that the worker and the timetable run: `celery -A courseportal`."""

import os

from celery import Celery

import courseportal.broker  # noqa: F401  # knows the scheme files://

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")

app = Celery("courseportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
