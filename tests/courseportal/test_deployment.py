"""Compose file, documents and settings speak of the same variables, services and commands."""

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
from tests.services import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SETTINGS = (ROOT / "courseportal/settings.py").read_text()
KNOWN = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", SETTINGS))
OURS = ("migrate", "web", "worker", "beat")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
    return found


def test_the_services_are_those_of_the_document(services: dict[str, Any]) -> None:
    assert set(services) == {"postgres", "redis", *OURS}


def test_only_two_values_must_be_given() -> None:
    assert set(re.findall(r"\$\{(\w+):\?", COMPOSE)) == {"SECRET_KEY", "POSTGRES_PASSWORD"}


def test_every_variable_in_compose_is_one_that_the_settings_read(services: dict[str, Any]) -> None:
    for name in OURS:
        assert services[name]["environment"].keys() <= KNOWN, name


def test_every_variable_is_documented_and_no_other() -> None:
    table = (ROOT / "docs/operations.md").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, flags=re.MULTILINE)) == KNOWN


def test_web_runs_with_the_options_of_make_run(services: dict[str, Any]) -> None:
    ours = processes.web("0.0.0.0", 8000, 2)[3:]
    options = {f"{ours[at]}={ours[at + 1]}" if at + 1 < len(ours) else "" for at in range(len(ours))}
    for option in services["web"]["command"][1:]:
        assert option in ours or option in options or "WORKERS" in option, option


def test_only_one_beat_and_a_worker_that_can_finish(services: dict[str, Any]) -> None:
    assert services["beat"]["command"][:4] == ["celery", "-A", "courseportal", "beat"]
    assert "deploy" not in services["beat"]
    assert services["worker"]["stop_grace_period"] == "5m"


def test_what_comes_first(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    for name in ("postgres", "redis", "web", "worker"):
        assert services[name]["healthcheck"]["test"][0] == "CMD", name


def test_facts_lie_in_named_volumes(services: dict[str, Any]) -> None:
    volumes = yaml.safe_load(COMPOSE)["volumes"]
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert used == set(volumes) == {"database", "broker", "files"}


def test_compose_itself_accepts_the_file() -> None:
    plugin = (
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if (shutil.which("docker"))
        else None
    )
    if plugin and plugin.returncode == 0:
        command = ["docker", "compose", "config", "--quiet"]
    elif shutil.which("docker-compose"):
        command = ["docker-compose", "config", "--quiet"]
    else:
        pytest.skip("docker compose is not installed")
    given = {"PATH": os.environ["PATH"], "SECRET_KEY": "a", "POSTGRES_PASSWORD": "b"}
    subprocess.run(command, cwd=ROOT, env=given, check=True)
    refused = subprocess.run(
        command, cwd=ROOT, env=given | {"SECRET_KEY": ""}, capture_output=True, check=False
    )
    assert refused.returncode != 0
    assert b"set SECRET_KEY" in refused.stderr


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


def test_pinned_requirements_name_no_machine_and_no_host() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text()
        assert not re.search(r"https?://|file:|--index|--find-links|^/", text, flags=re.MULTILINE), file.name
        assert text.count("--hash=sha256:") >= len(re.findall(r"^\w\S*==", text, flags=re.MULTILINE)), (
            file.name
        )
