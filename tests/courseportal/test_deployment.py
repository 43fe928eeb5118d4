"""Compose file, documents and settings speak of the same variables, services and commands."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from pytest_django import Settings

from courseportal import checks, processes
from courseportal.production.__main__ import portal_programs
from courseportal.production.proxy import MOST_UPLOAD
from tests.services import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SETTINGS = (ROOT / "courseportal/settings.py").read_text()
KNOWN = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", SETTINGS))
OURS = tuple(processes.COMMANDS)
NOT_IN_CONTAINERS = {"PORTAL_DATA_DIR", "PORTAL_STATIC_ROOT"}  # the image says where these are
GIVEN = {"PATH": os.environ["PATH"], "SECRET_KEY": "a", "POSTGRES_PASSWORD": "b"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
    return found


def test_only_two_values_must_be_given() -> None:
    assert set(re.findall(r"\$\{(\w+):\?", COMPOSE)) == {"SECRET_KEY", "POSTGRES_PASSWORD"}


def test_every_variable_of_the_settings_reaches_the_containers(services: dict[str, Any]) -> None:
    for name in OURS:
        assert services[name]["environment"].keys() == KNOWN - NOT_IN_CONTAINERS, name


def test_every_variable_is_documented_and_no_other() -> None:
    table = (ROOT / "docs/operations.md").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, flags=re.MULTILINE)) == KNOWN


def test_containers_run_what_the_portal_says(services: dict[str, Any]) -> None:
    """Both ways in production take processes, their number, what they know of the proxy from one place."""
    assert set(services) == {"postgres", "redis", "proxy", *OURS}
    for name in OURS:
        assert services[name]["command"] == ["python", "-m", "courseportal.processes", name]
        replicas = services[name].get("deploy", {}).get("replicas", 1)
        assert replicas == processes.REPLICAS.get(name, 1), name
        for variable, value in processes.BEHIND_PROXY.items():
            assert services[name]["environment"][variable] in {value, f"${{{variable}:-{value}}}"}
    most = services["proxy"]["environment"]["PORTAL_MOST_UPLOAD"]
    assert most == f"${{PORTAL_MOST_UPLOAD:-{MOST_UPLOAD}}}"


def test_without_containers_the_same_runs(tmp_path: Path, settings: Settings) -> None:
    programs = portal_programs(settings, "/usr/sbin/nginx", tmp_path)
    kinds = [name.partition("-")[0] for name in programs]
    assert {kind: kinds.count(kind) for kind in kinds} == {"web": 2, "proxy": 1, "worker": 1, "beat": 1}
    for name, program in programs.items():
        if name in processes.COMMANDS:
            assert program.command == processes.COMMANDS[name](settings)
    ours = processes.COMMANDS["web"](settings)
    for number in (1, 2):
        theirs = programs[f"web-{number}"].command
        assert [word for word in theirs if word not in {"127.0.0.1"} and not word.isdigit()] == [
            word for word in ours if word not in {"127.0.0.1"} and not word.isdigit()
        ]
    alone = portal_programs(settings, None, tmp_path)
    assert list(alone) == ["web-1", "worker", "beat"] and alone["web-1"].command == ours


def test_a_container_becomes_the_process_it_is_told(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, command: became.append(command))
    for name in OURS:
        processes.main([name])
    assert became == [processes.COMMANDS[name](settings) for name in OURS]
    for wrong in ([], ["all"], ["web", "worker"]):
        with pytest.raises(SystemExit, match="migrate|web|worker|beat"):
            processes.main(wrong)


def test_a_worker_has_time_to_finish_what_it_has_in_hand(settings: Settings, tmp_path: Path) -> None:
    config = configparser.RawConfigParser()
    programs = {name: processes.program_of(name, settings) for name in OURS}
    config.read_string(processes.supervisor_config(programs, tmp_path, tmp_path))
    waits = {name: config.getint(f"program:{name}", "stopwaitsecs") for name in OURS}
    assert waits.pop("worker") == 90 and set(waits.values()) == {20}


def test_what_comes_first(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["proxy"]["depends_on"]["web"]["condition"] == "service_healthy"
    for name in ("postgres", "redis", "web", "worker", "proxy"):
        assert services[name]["healthcheck"]["test"][0] == "CMD", name
    assert services["worker"]["stop_grace_period"] == "5m"


def test_containers_of_the_portal_may_nothing_but_write_their_data(services: dict[str, Any]) -> None:
    for name in OURS:
        assert services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"], name
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"proxy": ["127.0.0.1:${PORT:-8000}:8080"]}


def test_facts_lie_in_named_volumes(services: dict[str, Any]) -> None:
    volumes = yaml.safe_load(COMPOSE)["volumes"]
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert (
        {one for one in used if not one.startswith("./")} == set(volumes) == {"database", "broker", "files"}
    )
    for one in used - set(volumes):
        assert (ROOT / one).exists(), one


def test_the_image_is_built_in_two_steps_and_runs_as_nobody_in_particular() -> None:
    builder, image = _stages()
    assert "requirements/production.txt" in builder and "--require-hashes" in builder
    assert "collectstatic" in builder and "courseportal.translations" in builder
    for tool in ("pip", "uv ", "apt-get", "gcc"):
        assert tool not in image, tool
    assert re.search(r"^USER portal$", image, re.MULTILINE)
    assert image.index("useradd") < image.index("USER portal") < image.index("CMD")
    assert not re.search(r"(?i)(secret_key|password)=(?!only-for)", builder + image)


def _stages() -> tuple[str, str]:
    parts = re.split(r"^FROM .*$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert len(parts) == 3
    return parts[1], parts[2]


def test_the_product_needs_nothing_that_the_image_leaves_out() -> None:
    left_out = set((ROOT / ".dockerignore").read_text().split()) & {"tests", "benchmarks"}
    assert left_out == {"tests", "benchmarks"}
    for app in ("courseportal", "people", "schedule", "perks", "grading"):
        for source in (ROOT / app).rglob("*.py"):
            text = source.read_text(encoding="utf-8")
            assert not re.search(r"^\s*(from|import) (tests|benchmarks)\b", text, re.MULTILINE), source


def compose() -> list[str]:
    """The command of Docker's compose, or of the older one; skips where there is neither."""
    if shutil.which("docker"):
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if plugin.returncode == 0:
            return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    pytest.skip("neither docker compose nor docker-compose is installed")


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_compose_itself_accepts_the_files(tls: bool) -> None:
    files = ["-f", "docker-compose.yml", *(["-f", "docker-compose.tls.yml"] if tls else [])]
    given = GIVEN | ({"TLS_CERTIFICATES": "/etc/certificates"} if tls else {})
    command = [*compose(), *files, "config"]
    done = subprocess.run(command, cwd=ROOT, env=given, check=True, capture_output=True, text=True)
    web = yaml.safe_load(done.stdout)["services"]["web"]["environment"]
    assert web["DATABASE_URL"] == "postgresql://portal:b@postgres:5432/portal"
    for name in ["SECRET_KEY", *(["TLS_CERTIFICATES"] if tls else [])]:
        refused = subprocess.run(command, cwd=ROOT, env=given | {name: ""}, capture_output=True, check=False)
        assert refused.returncode != 0 and f"set {name}".encode() in refused.stderr


@pytest.mark.parametrize("file", ["docker-compose.yml", "docker-compose.tls.yml"])
def test_compose_files_are_as_the_specification_says(file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("mail", [True, False], ids=["mail", "no mail"])
def test_check_deploy_is_clean_under_https_and_with_mail(tmp_path: Path, mail: bool) -> None:
    given = {
        "PATH": os.environ["PATH"],
        "PORTAL_DATA_DIR": str(tmp_path),
        "SECRET_KEY": "a-long-random-text-of-more-than-fifty-characters-0123456789",
        "PORTAL_BASE_URL": "https://portal.example.org",
        "EMAIL_URL": "smtp+tls://post:office@mail.example.org:587" if mail else "",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is mail, done.stderr
    assert ("courseportal.W001" in done.stderr) is not mail


def test_production_refuses_a_key_that_was_not_given(settings: Settings) -> None:
    settings.SECRET_KEY_GIVEN = False
    with pytest.raises(CommandError, match="SECRET_KEY is not set"):
        checks.require_given_key()
    with pytest.raises(SystemCheckError, match=r"courseportal\.E001"):
        call_command("check", deploy=True)
    settings.PORTAL_ENV = "demo"
    checks.require_given_key()


@pytest.mark.parametrize(
    ("made", "checked", "mails", "removes"),
    [
        (0, 0, "", True),
        (0, 1, "made: 0, checked: 1", False),
        (1, 0, "made: 1, checked: -", False),
        (3, 3, "made: 3, checked: 3", False),
        (3, 0, "made: 3, checked: 0", True),
    ],
)
def test_the_nightly_backup_removes_old_ones_only_where_there_is_a_sound_new_one(
    tmp_path: Path, made: int, checked: int, mails: str, removes: bool
) -> None:
    """The script of docs/operations.md itself, with a portal that answers so."""
    document = (ROOT / "docs/operations.md").read_text()
    found = re.search(r"^#!/bin/sh\n# /srv/nightly.*?(?=^```)", document, re.MULTILINE | re.DOTALL)
    assert found is not None
    backups, programs = tmp_path / "backups", tmp_path / "bin"
    programs.mkdir()
    for name in ("old", "recent"):
        (backups / name).mkdir(parents=True)
    os.utime(backups / "old", (0, 0))
    answers = {
        "docker": f'for last; do :; done; [ "$last" = --check ] && exit {checked}; exit {made}',
        "mail": f"cat > {tmp_path}/mailed",
    }
    for name, does in answers.items():
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    script = found[0].replace("/srv/courseportal &&", f"{tmp_path} &&").replace("/backups", str(backups))
    subprocess.run(["sh", "-c", script], env={"PATH": f"{programs}:{os.environ['PATH']}"}, check=False)
    mailed = tmp_path / "mailed"
    assert (mailed.read_text().strip() if mailed.exists() else "") == mails
    assert {path.name for path in backups.iterdir()} == ({"recent"} if removes else {"old", "recent"})


def test_pinned_requirements_name_no_machine_and_no_host() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text()
        assert not re.search(r"https?://|file:|--index|--find-links|^/", text, flags=re.MULTILINE), file.name
        assert text.count("--hash=sha256:") >= len(re.findall(r"^\w\S*==", text, flags=re.MULTILINE)), (
            file.name
        )
