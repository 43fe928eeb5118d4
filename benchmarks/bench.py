"""`make bench`: the figures of docs/performance.md, on a PostgreSQL brought up for the purpose.

    python -m benchmarks.bench [--rounds 7]

DATABASE_URL in the environment, where the tables are migrated, is used instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.services import ROOT, Services


def main() -> int:
    services = Services(Path(tempfile.mkdtemp(prefix="portal-bench-")))
    services.folder.chmod(0o711)  # PostgreSQL under another account passes through
    environment = os.environ | {"PORTAL_DATA_DIR": str(services.folder / "var"), "SECRET_KEY": "for figures"}
    try:
        if not environment.get("DATABASE_URL"):
            environment["DATABASE_URL"] = services.postgres()
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        statuses = []
        for script in (
            ["benchmarks.pages"],
            ["benchmarks.gradebook", *sys.argv[1:]],
            ["benchmarks.photos"],
            ["benchmarks.delivery"],
        ):
            command = [sys.executable, "-m", *script]
            statuses.append(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)
            print(flush=True)
        return max(statuses)
    finally:
        services.stop()


if __name__ == "__main__":
    sys.exit(main())
