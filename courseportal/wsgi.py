"""What the web server runs: `granian --interface wsgi courseportal.wsgi:application`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from courseportal.checks import require_given_key
from courseportal.counting import count_together
from courseportal.lifeline import end_with_parent_if_asked

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")

end_with_parent_if_asked()  # the web server's main process does not take its workers along when it is killed
count_together(settings.DATA_DIR / "metrics")
application = get_wsgi_application()
end_with_parent_if_asked()  # while it was loading, a handler inherited from the main process took the signal
require_given_key()
