"""Pages of a course about hand-ins and grades."""
