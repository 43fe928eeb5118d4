"""Sessions in the database, asked for by keys that can be one."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Django's, but a cookie with anything other than a key in it is no session, without asking."""

    def _validate_session_key(self, key: str) -> bool:
        # PostgreSQL takes no NUL in a text, and anybody may write one into a cookie: that would answer 500.
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()  # type: ignore[misc]
