#!/usr/bin/env python
"""Django's command line: `.venv/bin/python manage.py help`."""

import os
import sys

from django.core.management import execute_from_command_line

from courseportal.command_line import in_order, named
from people.audit import audited

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
    how, why = named(sys.argv[1:])
    with in_order(), audited(how=how, why=why):
        execute_from_command_line(sys.argv)
