"""`make trust`: the proofs that take longer than `make test` allows, and what they found, as a table.

    python -m benchmarks.trust [--long] [--seed N] [--output docs/trust.md] [--only NAME]

Each proof is a set of tests with a size given by the environment. The seed is printed; given again it repeats
the run. A row of the document is written when its proof ends; the others stay. The exit status is 1 where a
proof failed.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.trust_page import Row, page, summary
from tests.services import ROOT


@dataclass(frozen=True)
class Proof:
    """One promise, the tests that prove it, and the variable that says how hard they try."""

    name: str
    """A word, for `make trust ONLY=…`."""
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
        "lateness",
        "lateness agrees with a second reckoning in integers, in every zone",
        ("tests/grading/test_oracle.py",),
        "ORACLE_CASES",
        20_000,
        1_000_000,
    ),
    Proof(
        "rest",
        "effective rest agrees with a second reckoning by brute force",
        ("tests/perks/test_oracle.py",),
        "PERK_ORACLE_CASES",
        20_000,
        1_000_000,
    ),
    Proof(
        "races",
        "twelve people at once around the tenth participant and the request: as if one came after another",
        ("tests/perks/test_races.py",),
        "RACE_ROUNDS",
        50,
        2_000,
    ),
    Proof(
        "model",
        "two groups through an autumn in any order: the portal and plain Python say the same at each step",
        ("tests/perks/test_model.py",),
        "MODEL_STEPS",
        500,
        20_000,
    ),
    Proof("rules", "every planted fault in the rules is noticed", ("tests/faults/test_rule_mutants.py",)),
    Proof(
        "queries",
        "every planted fault in the queries and actions of effective rest and the outbox is noticed",
        ("tests/faults/test_query_mutants.py",),
    ),
    Proof(
        "killed-web",
        "a web server killed at any moment keeps every receipt it showed",
        ("tests/faults/test_killed_server.py",),
        "PORTAL_FAULT_ROUNDS",
        25,
        200,
    ),
    Proof(
        "reminders",
        "each due reminder goes out once and is never false, while workers, Redis and the mail server break",
        (f"{REMINDERS}::test_reminders_outlive_everything",),
        "PORTAL_REMINDERS",
        300,
        10_000,
    ),
    Proof(
        "reminders-sqlite",
        "each due reminder goes out once and is never false: the same on SQLite and the embedded broker",
        (f"{REMINDERS}::test_reminders_outlive_everything",),
        "PORTAL_REMINDERS",
        300,
        10_000,
        "sqlite",
    ),
    Proof(
        "recovery",
        "all that waits has gone ten minutes after an outage, by the clock and the settings of production",
        ("tests/faults/test_recovery.py",),
        "PORTAL_OUTAGE",
        3,
        12,
    ),
    Proof(
        "recovery-sqlite",
        "all that waits has gone ten minutes after an outage: the same on SQLite and the embedded broker",
        ("tests/faults/test_recovery.py",),
        "PORTAL_OUTAGE",
        3,
        12,
        "sqlite",
    ),
    Proof(
        "defects",
        "every defect planted in those processes is reported",
        (f"{REMINDERS}::test_a_planted_defect_is_reported",),
        "PORTAL_REMINDERS",
        40,
        40,
    ),
    Proof(
        "meanwhile",
        "what changes between a worker's claim and its hand-over keeps the letter back, until DATA is said",
        ("tests/faults/test_meanwhile.py",),
    ),
    Proof(
        "meanwhile-sqlite",
        "what changes between claim and hand-over keeps the letter back, until DATA is said: on SQLite",
        ("tests/faults/test_meanwhile.py",),
        engine="sqlite",
    ),
    Proof(
        "looks",
        "pages in each width, theme and language hold what axe asks; two web processes count as one",
        ("tests/browser/test_look.py", "tests/browser/test_proofs.py", "tests/courseportal/test_metrics.py"),
    ),
    Proof(
        "mail-server",
        "each way in which a mail server can answer or not; a request while the broker is frozen or dead",
        ("tests/faults/test_delivery.py", "tests/faults/test_frozen_broker.py"),
    ),
    Proof(
        "bucket",
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
        "production",
        "the production processes, really started behind nginx, take work while web servers are killed",
        ("tests/faults/test_production.py",),
        "PRODUCTION_KILLS",
        2,
        20,
    ),
    Proof(
        "hand-in",
        "work handed in at once, twice, over a full disk and a broken commit is whole or refused",
        (
            "tests/grading/test_hand_in.py",
            "tests/people/test_storage.py",
            "tests/people/test_disk.py",
            "tests/grading/test_views_hand_in.py",
        ),
    ),
    Proof(
        "restored",
        "a portal backed up during uploads and restored is the one that was, and sends no mail again",
        ("tests/courseportal/test_backup.py", "tests/faults/test_restored_elsewhere.py"),
        "DRILL_WORKS",
        60,
        1_000,
    ),
    Proof(
        "refused",
        "what is refused by size or session is never read",
        ("tests/courseportal/test_middleware.py",),
    ),
    Proof("audit", "every change is in the audit, which nobody can change", ("tests/people/test_audit.py",)),
    Proof(
        "admin",
        "every page of the administration is open to all readers, wide and narrow, light and dark",
        ("tests/browser/test_staff_pages.py",),
        "STAFF_LOOKS",
        2,
        2,
    ),
)


def prove(proof: Proof, seed: int, *, long: bool) -> Row:
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
    today, started = datetime.now(UTC).date(), time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *proof.tests]
    with tempfile.NamedTemporaryFile() as figures:
        environment["PORTAL_FIGURES"] = figures.name
        run = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
        )
        told = Path(figures.name).read_text(encoding="utf-8")
    sys.stdout.write(run.stdout)
    sys.stdout.flush()
    said, all_passed = summary(run.stdout)
    return Row(
        promise=proof.promise,
        name=proof.name,
        length="long" if long else "short",
        size=size,
        found=f"{said}; {told}" if told else said,
        seconds=time.monotonic() - started,
        day=today,
        seed=seed,
        holds=all_passed and run.returncode == 0,
    )


def chosen(only: str) -> list[Proof]:
    """The proof of that name, else those with the text in their promise; all where nothing is said.

    Raises SystemExit where there is none: a run of nothing would look like a proof.
    """
    found = [proof for proof in PROOFS if proof.name == only] or [
        proof for proof in PROOFS if only in proof.promise
    ]
    if not found:
        sys.exit(f"no promise has {only!r}; the names: {', '.join(proof.name for proof in PROOFS)}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--long", action="store_true", help="as hard as the figures in docs/trust.md ask")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument("--output", type=Path, help="write the rows into this document")
    parser.add_argument("--only", default="", help="the name of a promise, or text in it")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    rows = []
    for proof in chosen(options.only):
        rows.append(prove(proof, options.seed, long=options.long))
        print(rows[-1].line(), flush=True)
        if options.output:  # after each: a run of hours may be cut off
            earlier = options.output.read_text(encoding="utf-8") if options.output.exists() else ""
            promises = [proof.promise for proof in PROOFS]
            options.output.write_text(page(earlier, rows[-1:], promises), encoding="utf-8")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
