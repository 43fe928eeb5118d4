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
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.proofs import PROOFS, Proof
from benchmarks.trust_page import Row, page, summary
from tests.services import ROOT


def prove(proof: Proof, seed: int, *, long: bool) -> Row:
    """Run the tests of a proof; their output is shown as it comes."""
    environment = os.environ | {
        "ORACLE_SEED": str(seed),
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
