"""`make trust`: the proofs that take longer than `make test` allows, and what they found, as a table.

    python -m benchmarks.trust [--long] [--seed N] [--output docs/trust.md] [--only WORDS]

Each proof is a set of tests with a size given by the environment. The seed is printed; given again it repeats
the run. The exit status is 1 where a proof failed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.services import ROOT


@dataclass(frozen=True)
class Proof:
    """One promise, the tests that prove it, and the variable that says how hard they try."""

    promise: str
    tests: tuple[str, ...]
    variable: str = ""
    short: int = 0
    long: int = 0
    engine: str = ""
    """"sqlite" for SQLite and the embedded broker; PostgreSQL and Redis where nothing is said."""
    files: str = "disk"
    """"bucket" for files in a bucket of a local S3 server."""


REMINDERS = "tests/faults/test_reminders.py"
PROOFS = (
    Proof(
        "lateness agrees with a second reckoning in integers, in every zone",
        ("tests/grading/test_oracle.py",),
        "ORACLE_CASES",
        20_000,
        1_000_000,
    ),
    Proof(
        "effective rest agrees with a second reckoning by brute force",
        ("tests/perks/test_oracle.py",),
        "PERK_ORACLE_CASES",
        20_000,
        1_000_000,
    ),
    Proof(
        "twelve people at once around the tenth participant and the request: as if one came after another",
        ("tests/perks/test_races.py",),
        "RACE_ROUNDS",
        50,
        2_000,
    ),
    Proof(
        "two groups through an autumn in any order: the portal and plain Python say the same at each step",
        ("tests/perks/test_model.py",),
        "MODEL_STEPS",
        500,
        20_000,
    ),
    Proof("every planted fault in the rules is noticed", ("tests/faults/test_rule_mutants.py",)),
    Proof(
        "every planted fault in the queries and actions of effective rest and the outbox is noticed",
        ("tests/faults/test_query_mutants.py",),
    ),
    Proof(
        "a web server killed at any moment keeps every receipt it showed",
        ("tests/faults/test_killed_server.py",),
        "PORTAL_FAULT_ROUNDS",
        25,
        200,
    ),
    Proof(
        "each due reminder goes out once and is never false, while workers, Redis and the mail server break",
        (f"{REMINDERS}::test_reminders_outlive_everything",),
        "PORTAL_REMINDERS",
        300,
        10_000,
    ),
    Proof(
        "the same on SQLite and the embedded broker",
        (f"{REMINDERS}::test_reminders_outlive_everything",),
        "PORTAL_REMINDERS",
        300,
        10_000,
        "sqlite",
    ),
    Proof(
        "every defect planted in those processes is reported",
        (f"{REMINDERS}::test_a_planted_defect_is_reported",),
        "PORTAL_REMINDERS",
        40,
        40,
    ),
    Proof(
        "pages in each width, theme and language hold what axe asks; two web processes count as one",
        ("tests/browser/test_look.py", "tests/browser/test_proofs.py", "tests/courseportal/test_metrics.py"),
    ),
    Proof(
        "each way in which a mail server can answer or not; a request while the broker is frozen or dead",
        ("tests/faults/test_delivery.py", "tests/faults/test_frozen_broker.py"),
    ),
    Proof(
        "work, receipts and proofs in a bucket hold what they hold on a disk; its server breaks in each way",
        (
            *("tests/people/test_storage.py", "tests/people/test_bucket.py"),
            *("tests/grading/test_hand_in.py", "tests/grading/test_views_hand_in.py"),
            *("tests/grading/test_views_receipts.py", "tests/grading/test_admin.py"),
            *(
                "tests/perks/test_post_proof.py",
                "tests/perks/test_adding.py",
                "tests/perks/test_take_down.py",
            ),
            *("tests/perks/test_housekeeping.py", "tests/perks/test_proof_pages.py"),
        ),
        files="bucket",
    ),
    Proof(
        "the production processes, really started behind nginx, take work while web servers are killed",
        ("tests/faults/test_production.py",),
        "PRODUCTION_KILLS",
        2,
        20,
    ),
    Proof(
        "work handed in at once, twice, over a full disk and a broken commit is whole or refused",
        (
            "tests/grading/test_hand_in.py",
            "tests/people/test_storage.py",
            "tests/people/test_disk.py",
            "tests/grading/test_views_hand_in.py",
        ),
    ),
    Proof(
        "a portal backed up during uploads and restored is the one that was, and sends no mail again",
        ("tests/courseportal/test_backup.py", "tests/faults/test_restored_elsewhere.py"),
        "DRILL_WORKS",
        60,
        1_000,
    ),
    Proof("what is refused by size or session is never read", ("tests/courseportal/test_middleware.py",)),
    Proof("every change is in the audit, which nobody can change", ("tests/people/test_audit.py",)),
    Proof(
        "every page of the administration is open to all readers, wide and narrow, light and dark",
        ("tests/browser/test_staff_pages.py",),
        "STAFF_LOOKS",
        2,
        2,
    ),
)


@dataclass(frozen=True)
class Found:
    """What a proof found: its size, the tests' closing line, seconds, and whether it holds."""

    size: str
    closing: str
    seconds: float
    holds: bool


def prove(proof: Proof, seed: int, *, long: bool) -> Found:
    """Run the tests of a proof; their output is shown as it comes."""
    environment = os.environ | {
        "ORACLE_SEED": str(seed),
        "PLANTED_FAULTS": "all",
        "PORTAL_TRUST": "1",
        "PORTAL_FAULT_SEED": str(seed),
    }
    size = proof.long if long else proof.short
    if proof.variable:
        environment[proof.variable] = str(size)
    environment["PORTAL_TEST_FILES"] = proof.files
    if proof.engine:
        environment["PORTAL_TEST_DB"] = proof.engine
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *proof.tests]
    with tempfile.NamedTemporaryFile() as figures:
        environment["PORTAL_FIGURES"] = figures.name
        run = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
        )
        told = Path(figures.name).read_text(encoding="utf-8")
    sys.stdout.write(run.stdout)
    sys.stdout.flush()
    closing = re.findall(r"^\d+ (?:passed|failed).*$", run.stdout, re.MULTILINE)
    said = closing[-1].split(" in ")[0] if closing else "no tests ran"
    said += f"; {told}" if told else ""
    return Found(f"{size:,}" if size else "–", said, time.monotonic() - started, run.returncode == 0)


def heading(seed: int, *, long: bool) -> str:
    """The document's top: date, command and seed."""
    length = "long" if long else "short"
    today = f"{datetime.now(UTC):%d %B %Y}".lstrip("0")
    return "\n".join(
        [
            "# Trust, in figures",
            "",
            f"`make trust{' LONG=1' if long else ''}`, the {length} run, {today}, seed {seed}.",
            "Made again by the same command; a proof that fails is named and ends it with status 1.",
            "",
            "| promise | size | tests | seconds | holds |",
            "|---|---:|---|---:|---|",
            "",
        ]
    )


def row(proof: Proof, found: Found) -> str:
    """A promise's line."""
    holds = "yes" if found.holds else "**no**"
    return f"| {proof.promise} | {found.size} | {found.closing} | {found.seconds:.0f} | {holds} |"


def report(results: list[tuple[Proof, Found]], top: str, earlier: str = "") -> str:
    """The document; promises that were not tried keep the rows of an earlier one with the same top.

    Raises SystemExit where that has another date, length or seed: one page is of one day.
    """
    if earlier and not earlier.startswith(top):
        sys.exit("The page is of another day, length or seed: run all proofs, without --only.")
    kept = {line.split(" | ")[0].removeprefix("| "): line for line in earlier.splitlines()}
    rows = kept | {proof.promise: row(proof, found) for proof, found in results}
    lines = [rows[proof.promise] for proof in PROOFS if proof.promise in rows]
    return top + "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--long", action="store_true", help="as hard as docs/trust.md claims")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument("--output", type=Path, help="write the document here too")
    parser.add_argument("--only", help="promises with this text; the others keep their rows in --output")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    top = heading(options.seed, long=options.long)
    chosen = [proof for proof in PROOFS if (options.only or "") in proof.promise]
    results = [(proof, prove(proof, options.seed, long=options.long)) for proof in chosen]
    keeps = options.only and options.output and options.output.exists()
    text = report(results, top, options.output.read_text(encoding="utf-8") if keeps else "")
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    return 0 if all(found.holds for _proof, found in results) else 1


if __name__ == "__main__":
    sys.exit(main())
