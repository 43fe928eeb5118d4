"""Ways out of the portal: e-mail, and a course's chat."""
