"""The signing key of a portal that was started without one."""

import os
import secrets
import tempfile
from pathlib import Path


def kept_secret(path: Path) -> str:
    """The key kept at `path`; made there, readable by its owner alone, when there is none.

    Processes that start together all get the same key: whoever links the file first wins.
    """
    if not path.exists():
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".secret")
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            Path(aside).unlink()
    return path.read_text()
