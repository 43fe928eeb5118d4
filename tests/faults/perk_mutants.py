"""Faults of effective rest: each has to be noticed by the project's own tests."""

from __future__ import annotations

from tests.faults.planting import Mutant

PERKS = "perks/rules.py"
RULES = [
    Mutant(
        "pending proofs count",
        "if proof.state is ProofState.APPROVED",
        "if proof.state is not ProofState.REJECTED",
        PERKS,
    ),
    Mutant(
        "rejected proofs count",
        "if proof.state is ProofState.APPROVED",
        "if proof.state is not ProofState.PENDING",
        PERKS,
    ),
    Mutant(
        "proofs handed in after the target count",
        "(target_at is None or utc(proof.posted_at) <= utc(target_at))",
        "True",
        PERKS,
    ),
    Mutant(
        "proofs of the very target do not count",
        "utc(proof.posted_at) <= utc(target_at)",
        "utc(proof.posted_at) < utc(target_at)",
        PERKS,
    ),
    Mutant(
        "what was taken after the target does not count",
        "utc(proof.posted_at) <= utc(target_at)",
        "utc(proof.taken_at) <= utc(target_at)",
        PERKS,
    ),
    Mutant("anybody alone is a proof", "len(proof.people) >= rule.min_people_per_proof", "True", PERKS),
    Mutant(
        "a proof needs one more",
        "len(proof.people) >= rule.min_people_per_proof",
        "len(proof.people) > rule.min_people_per_proof",
        PERKS,
    ),
    Mutant("any checkpoint will do", "and proof.checkpoint in known", "", PERKS),
    Mutant(
        "people outside the window count",
        "yield counted[first : bisect_right(times, starts_at + span)]",
        "yield counted",
        PERKS,
    ),
    Mutant(
        "a window is half as wide",
        "_windows(counted, 2 * rule.within)",
        "_windows(counted, rule.within)",
        PERKS,
    ),
    Mutant(
        "a window is twice as wide",
        "_windows(counted, 2 * rule.within)",
        "_windows(counted, 4 * rule.within)",
        PERKS,
    ),
    Mutant(
        "the end of a window is outside",
        "from bisect import bisect_right",
        "from bisect import bisect_left as bisect_right",
        PERKS,
    ),
    Mutant("the first window counts", "best = max(offers, key", "best = max([next(offers)], key", PERKS),
    Mutant(
        "the latest of equal windows counts",
        "best = max(offers, key",
        "best = max(reversed([*offers]), key",
        PERKS,
    ),
    Mutant(
        "checkpoints do not make a window better",
        "(one.complete, len(one.covered), one.participants)",
        "(one.complete, one.participants)",
        PERKS,
    ),
    Mutant(
        "people do not make a window better",
        "(one.complete, len(one.covered), one.participants)",
        "(one.complete, len(one.covered))",
        PERKS,
    ),
    Mutant(
        "the minimum per place is the minimum in all",
        "if rule.checkpoints and rule.count_people is CountPeople.EACH_CHECKPOINT:",
        "if False:",
        PERKS,
    ),
    Mutant(
        "the fullest place is enough",
        "participants = min(len(at[number])",
        "participants = max(len(at[number])",
        PERKS,
    ),
    Mutant("one of all places is enough", "set.intersection(*", "set.union(*", PERKS),
    Mutant(
        "who was where is not asked",
        "elif rule.checkpoints and rule.count_people is CountPeople.EVERY_CHECKPOINT:",
        "elif False:",
        PERKS,
    ),
    Mutant(
        "people count once a proof", "len(everyone)", "sum(len(proof.people) for proof in counted)", PERKS
    ),
    Mutant(
        "ten are not enough", "self.participants >= self.required", "self.participants > self.required", PERKS
    ),
    Mutant("places need not be covered", "and not self.uncovered", "", PERKS),
    Mutant("people need not be enough", "return self.participants >= self.required and", "return", PERKS),
    Mutant("earned for nothing", "return bool(activities) and", "return", PERKS),
    Mutant("one activity is enough", "and all(activity.complete", "and any(activity.complete", PERKS),
    Mutant("the first may be moved", "ordered[:1] if rule.excludes_first else ()", "()", PERKS),
    Mutant("the last may be moved", "ordered[-1:] if rule.excludes_last else ()", "()", PERKS),
    Mutant("the first never may", "if rule.excludes_first else", "if True else", PERKS),
    Mutant("the last never may", "if rule.excludes_last else", "if True else", PERKS),
    Mutant(
        "the target itself is too late",
        "utc(now) <= utc(self.target_at)",
        "utc(now) < utc(self.target_at)",
        PERKS,
    ),
    Mutant("requests are taken for ever", "return utc(now) <= utc(self.target_at)", "return True", PERKS),
    Mutant("what is asked for holds", "    if earned:\n", "    if True:\n", PERKS),
    Mutant("what is earned expires", "    if earned:\n", "    if earned and rule.is_open(now):\n", PERKS),
    Mutant("what was withdrawn was never asked", "RequestState.WITHDRAWN if withdrawn else", "", PERKS),
    Mutant("anybody may do anything", "and actor in step.actors", "", PERKS),
    Mutant("the target stops nobody", "and step.may_be(is_open=is_open)", "", PERKS),
    Mutant(
        "the representative takes back what moved",
        "RequestStep(_S.ACTIVE, _E.WITHDRAW, _S.WITHDRAWN, _STAFF)",
        "RequestStep(_S.ACTIVE, _E.WITHDRAW, _S.WITHDRAWN, _GROUP)",
        PERKS,
    ),
    Mutant(
        "what is rejected stays rejected",
        "ProofState.REJECTED: frozenset({ProofState.APPROVED, ProofState.PENDING})",
        "ProofState.REJECTED: frozenset()",
        PERKS,
    ),
]

STANDING, ENGINE, BOOK = (
    "perks/queries/standing.py",
    "grading/queries/deadlines.py",
    "grading/queries/gradebook.py",
)
REQUESTS, PARTS, DECIDE = (
    "perks/actions/requests.py",
    "perks/actions/participants.py",
    "perks/actions/decide.py",
)
TESTS = {
    STANDING: "tests/perks/test_standing.py",
    ENGINE: "tests/grading/test_moves.py",
    BOOK: "tests/grading/test_moves.py",
    REQUESTS: "tests/perks/test_requests.py",
    PARTS: "tests/perks/test_decide.py",
    DECIDE: "tests/perks/test_decide.py",
}
"""Where a fault of each module has to be noticed."""
QUERIES = [
    Mutant("the move is ignored", "        if move.is_active:\n", "        if False:\n", ENGINE),
    Mutant(
        "the move is not hard",
        "Terms((regime,), prices, (*over",
        "Terms((*plain.regimes, regime), self._prices(assignment_id, (*plain.regimes, regime)), (*over",
        ENGINE,
    ),
    Mutant(
        "a request moves before the perk is earned",
        "return self.state is RequestState.ACTIVE",
        "return True",
        STANDING,
    ),
    Mutant(
        "none is taken for zero",
        "deadlines.terms(column.id, student_id).prices)",
        "deadlines.terms(column.id, student_id).prices) or 0",
        BOOK,
    ),
    Mutant(
        "an expired request still promises",
        "is_open = move is not None and move.is_provisional",
        "is_open = move is not None",
        BOOK,
    ),
    Mutant(
        "the other future is the present",
        "graded, earned, scheme) if is_open",
        "graded, deadlines, scheme) if is_open",
        BOOK,
    ),
    Mutant(
        "whoever was struck off counts",
        "if part not in (None, PartState.STRUCK):",
        "if part is not None:",
        STANDING,
    ),
    Mutant(
        "whoever is disputed does not count",
        "if part not in (None, PartState.STRUCK):",
        "if part == PartState.NAMED:",
        STANDING,
    ),
    Mutant(
        "another group's request holds",
        "return self.moves.get(self.groups.get(student_id, 0))",
        "return next(iter(self.moves.values()), None)",
        ENGINE,
    ),
    Mutant(
        "every assignment moves",
        "if move is not None and assignment_id in move.assignments:",
        "if move is not None:",
        ENGINE,
    ),
    Mutant(
        "a personal date takes the place of all",
        "regimes = (*terms.regimes, own.regime)",
        "regimes = (own.regime,)",
        ENGINE,
    ),
    Mutant(
        "personal dates are ignored", "return terms if own is None else", "return terms if True else", ENGINE
    ),
    Mutant("a hard personal date is soft", "date.due_at if date.is_hard else closes", "closes", ENGINE),
    Mutant(
        "there is no warning after the target",
        "return moment > self.move.target_at and",
        "return False and",
        ENGINE,
    ),
    Mutant("the first and the last may be asked for", "if number not in allowed:", "if False:", REQUESTS),
    Mutant("a third may be asked for", "if len(numbers) > rule.max_assignments:", "if False:", REQUESTS),
    Mutant("one assignment twice is two", "if len(set(numbers)) < len(numbers):", "if False:", REQUESTS),
    Mutant("requests are taken after the target", "if not rule.is_open(now):", "if False:", REQUESTS),
    Mutant(
        "any representative speaks for any group",
        "filter(group=group, role=Role.REPRESENTATIVE)",
        "filter(role=Role.REPRESENTATIVE)",
        REQUESTS,
    ),
    Mutant(
        "any member speaks for the group",
        "filter(group=group, role=Role.REPRESENTATIVE)",
        "filter(group=group)",
        REQUESTS,
    ),
    Mutant("whoever spoke once still does", ".of(by).active().filter(", ".of(by).filter(", REQUESTS),
    Mutant(
        "an active move is changed",
        "    if not may_happen(state, event, actor, is_open=True):\n",
        "    if False:\n",
        REQUESTS,
    ),
    Mutant(
        "who saw something else is not told",
        "if base is not UNSEEN and base != (standing.pk if standing else None):",
        "if False:",
        REQUESTS,
    ),
    Mutant(
        "not me undoes the perk at once",
        "PartState.DISPUTED if every.is_needed(proof.pk) else PartState.STRUCK",
        "PartState.STRUCK",
        PARTS,
    ),
    Mutant(
        "not me never holds at once",
        "PartState.DISPUTED if every.is_needed(proof.pk) else PartState.STRUCK",
        "PartState.DISPUTED",
        PARTS,
    ),
    Mutant(
        "members of today may be added",
        "members_at(proof.group, proof.taken_at)",
        "members_at(proof.group, now)",
        PARTS,
    ),
    Mutant("of two who decide the second wins", "if proof.version != version:", "if False:", DECIDE),
    Mutant(
        "anybody decides",
        "if not Proof.objects.decidable_by(by).filter(pk=proof_id).exists():",
        "if False:",
        DECIDE,
    ),
]
