"""What `make trust` proves: each promise, the tests that prove it, and how hard they try."""

from __future__ import annotations

from dataclasses import dataclass


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


REMINDERS, DELIVERY = "tests/faults/test_reminders.py", "tests/faults/test_delivery.py"
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
        "all that waited has gone within ten minutes of an outage, with the settings of production",
        ("tests/faults/test_recovery.py",),
        "PORTAL_OUTAGE",
        3,
        12,
    ),
    Proof(
        "recovery-sqlite",
        "all that waited has gone within ten minutes of an outage: on SQLite and the embedded broker",
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
        "standstill",
        "after three days without a timetable only what is of use goes; so over clock changes, a year's end",
        (
            "tests/faults/test_three_days.py",
            "tests/grading/test_outage.py",
            "tests/grading/test_reminding.py",
        ),
    ),
    Proof(
        "bad-input",
        "no address, a name of line breaks, a course without a zone, no storage: told clearly, nothing lost",
        (
            f"{DELIVERY}::test_one_address_that_does_not_exist_keeps_no_other",
            f"{DELIVERY}::test_any_name_goes_to_its_own_address_alone",
            "tests/faults/test_bad_course.py",
            "tests/faults/test_unreachable_storage.py",
        ),
    ),
    Proof(
        "looks",
        "pages in each width, theme and language hold what axe asks; two web processes count as one",
        ("tests/browser/test_look.py", "tests/browser/test_proofs.py", "tests/courseportal/test_metrics.py"),
    ),
    Proof(
        "mail-server",
        "each way in which a mail server can answer or not; a request while the broker is frozen or dead",
        (DELIVERY, "tests/faults/test_frozen_broker.py"),
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
