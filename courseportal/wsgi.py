"""What the web server runs: `granian --interface wsgi courseportal.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from courseportal.checks import require_given_key
from courseportal.lifeline import end_with_parent_if_asked

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")

end_with_parent_if_asked()  # the web server's main process does not take its workers along when it is killed
application = get_wsgi_application()
require_given_key()
