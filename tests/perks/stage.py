"""The portal's side of a plain group: the same deeds, done by the portal's own actions; what they leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from people.models import User
from perks.actions.decide import NotAllowed, ProofChanged, approve, reject, reopen
from perks.actions.participants import in_photo_after_all, keep, not_in_photo, strike
from perks.actions.requests import UNSEEN, RequestChanged, RequestRefused, file_request, withdraw_request
from perks.models import ExtensionRequest, Participation, Proof
from schedule.models import StudyGroup
from tests.perks import oracle, plain
from tests.perks.plain import REASON, Deed, Group, Paper, Part


@dataclass
class Stage:
    """A group in the tables; ``proofs`` in the order of the plain group's papers."""

    group: StudyGroup
    people: dict[int, User]
    proofs: list[Proof] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    """Ids of the requests that somebody may have seen, by the plain group's ``asked_as`` less one."""


def perform(stage: Stage, deed: Deed, now: datetime) -> str:
    """Do it in the portal; what its author is told, in the words of the plain group."""
    verbs = {"file": _ask, "withdraw": _ask, "approve": _decide, "reject": _decide, "reopen": _decide}
    try:
        return verbs.get(deed.kind, _say)(stage, deed, now)
    except (ProofChanged, RequestChanged):
        return "changed"
    except NotAllowed:
        return "not allowed"
    except RequestRefused:
        return "refused"
    except Participation.DoesNotExist:
        return "not named"


def _ask(stage: Stage, deed: Deed, now: datetime) -> str:
    by = stage.people[deed.by]
    seen = stage.requests[deed.base - 1] if deed.base > 0 else None
    base = UNSEEN if deed.base == plain.UNSEEN else seen
    if deed.kind == "file":
        filed = file_request(group=stage.group, numbers=deed.numbers, by=by, now=now, base=base)
        return "filed" if filed.is_new else "stands"
    ended = withdraw_request(group=stage.group, by=by, now=now, base=base)
    return "nothing" if ended is None else "withdrawn"


def _decide(stage: Stage, deed: Deed, now: datetime) -> str:
    by, proof_id = stage.people[deed.by], stage.proofs[deed.paper].pk
    if deed.kind == "reject":
        done = reject(proof_id=proof_id, version=deed.version, by=by, now=now, reason=REASON)
    else:
        verb = approve if deed.kind == "approve" else reopen
        done = verb(proof_id=proof_id, version=deed.version, by=by, now=now)
    return f"{done.state} as {done.version}"


def _say(stage: Stage, deed: Deed, now: datetime) -> str:
    by, proof_id = stage.people[deed.by], stage.proofs[deed.paper].pk
    if deed.kind in {"strike", "keep"}:
        turn = strike if deed.kind == "strike" else keep
        return turn(proof_id=proof_id, person_id=deed.person, by=by, now=now).state
    say = not_in_photo if deed.kind == "not me" else in_photo_after_all
    return say(proof_id=proof_id, by=by, now=now).value


def what_is_left(stage: Stage) -> Group:
    """The group as the tables have it now. At most one request stands, or an AssertionError says so."""
    parts: dict[int, list[Part]] = {proof.pk: [] for proof in stage.proofs}
    rows = Participation.objects.filter(proof__group=stage.group).order_by("pk")
    for proof_id, person, state, changed_by in rows.values_list("proof", "person", "state", "changed_by"):
        parts[proof_id].append((person, state, changed_by))
    found = Proof.objects.filter(group=stage.group).select_related("activity", "checkpoint")
    rows_of = found.in_bulk([proof.pk for proof in stage.proofs])
    papers = [_paper(rows_of[proof.pk], parts[proof.pk]) for proof in stage.proofs]
    asked_for = list(ExtensionRequest.objects.filter(group=stage.group).order_by("pk"))
    standing = [one for one in asked_for if one.ended_at is None]
    assert len(standing) <= 1, standing
    asked = frozenset(standing[0].choices.values_list("assignment__number", flat=True)) if standing else None
    ends = tuple(one.end for one in asked_for if one.ended_at is not None)
    return Group(tuple(papers), asked, len(asked_for), ends)


def _paper(proof: Proof, parts: list[Part]) -> Paper:
    return Paper(
        proof.activity.number,
        oracle.seconds(proof.taken_at),
        oracle.seconds(proof.posted_at),
        tuple(sorted(parts)),
        proof.checkpoint.number if proof.checkpoint else None,
        proof.state,
        proof.version,
    )
