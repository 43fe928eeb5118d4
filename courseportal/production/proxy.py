"""nginx in front of the web servers, as docker-compose.yml has it; the same files of deploy/nginx."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Final

from courseportal.processes import Program

DEPLOY: Final = Path(__file__).parent.parent.parent / "deploy" / "nginx"

MOST_UPLOAD: Final = "110m"
"""The largest body that is let in: above 100 MB, which a proof's photos may have (PORTAL_MOST_UPLOAD)."""


def nginx() -> str | None:
    """The nginx of this machine, if it has one."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def proxy(program: str, folder: Path, *, host: str, port: int, web_ports: Sequence[int]) -> Program:
    """nginx that listens there and passes on to the web servers at these ports of the loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    text = Template((DEPLOY / "local.conf.template").read_text()).substitute(
        folder=folder,
        deploy=DEPLOY,
        listen=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        most_upload=os.environ.get("PORTAL_MOST_UPLOAD") or MOST_UPLOAD,
        servers="\n".join(f"        server 127.0.0.1:{each} fail_timeout=2s;" for each in web_ports),
    )
    config = folder / "nginx.conf"
    config.write_text(text)
    return Program([program, "-e", "stderr", "-p", str(folder), "-c", str(config)], stop_by="QUIT")
