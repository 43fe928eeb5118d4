#!/usr/bin/env python
"""Django's command line: `.venv/bin/python manage.py help`."""

import os
import sys

from django.core.management import execute_from_command_line

from people.audit import audited

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
    command = sys.argv[1:2] + [each for each in sys.argv[2:] if not each.startswith("-")]
    name = command[0] if command else ""
    how = "shell" if name in ("shell", "dbshell") else "import" if name.startswith("import_") else "command"
    with audited(how=how, why=" ".join(command)):
        execute_from_command_line(sys.argv)
