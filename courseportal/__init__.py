"""The face of the portal: settings, addresses, the background worker, and pages that need every app."""

from courseportal.celery import app as celery_app

__all__ = ["celery_app"]
