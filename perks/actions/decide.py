"""Staff decide about a proof: approve it, reject it with a reason, or put it back to be looked at.

What may follow what is a table, PROOF_STEPS (docs/effective-rest.md).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from people.audit import audited
from people.models import User
from perks.actions.afterwards import group_changed
from perks.actions.locking import locked_group
from perks.actions.telling import tell_decisions
from perks.models import Proof
from perks.rules import PROOF_STEPS, ProofState


class NotAllowed(Exception):
    """Nothing was changed: this person may not do that, or not with what is there now."""


class ProofChanged(Exception):
    """Nothing was changed: somebody else changed the proof after this person had opened it."""

    def __init__(self, current: Proof) -> None:
        super().__init__(f"version {current.version} was saved meanwhile")
        self.current = current


def approve(*, proof_id: int, version: int, by: User, now: datetime) -> Proof:
    """Let a proof count. ``version`` is that of the proof which ``by`` had before their eyes.

    Of two people who decide from the same version the second gets ProofChanged, unless both want the same.
    Raises NotAllowed for whoever may not decide about it, Proof.DoesNotExist.
    """
    return _decide(proof_id, version, by, now, state=ProofState.APPROVED)


def reject(*, proof_id: int, version: int, by: User, now: datetime, reason: str) -> Proof:
    """Reject a proof; the group reads the reason, which is never empty. Raises as ``approve``."""
    if not reason.strip():
        raise NotAllowed(_("Give a reason: the group reads it."))
    return _decide(proof_id, version, by, now, state=ProofState.REJECTED, reason=reason.strip())


def reopen(*, proof_id: int, version: int, by: User, now: datetime) -> Proof:
    """Put a proof back among those that wait. Raises as ``approve``."""
    return _decide(proof_id, version, by, now, state=ProofState.PENDING)


def decidable(proof_id: int, by: User) -> Proof:
    """The proof, its group's row locked, where ``by`` may decide about it.

    To be called inside a transaction, first. Raises Proof.DoesNotExist, or NotAllowed for whoever does not
    teach in its course, or studies in its group.
    """
    locked_group(Proof.objects.values_list("group_id", flat=True).get(pk=proof_id))
    proof = Proof.objects.select_related("activity__course", "group", "checkpoint").get(pk=proof_id)
    if not Proof.objects.decidable_by(by).filter(pk=proof_id).exists():
        raise NotAllowed(_("Only staff of the course decide about proofs, never about their own group’s."))
    return proof


def _decide(
    proof_id: int, version: int, by: User, now: datetime, *, state: ProofState, reason: str = ""
) -> Proof:
    with audited(by=by, why=reason or None), transaction.atomic():
        proof = decidable(proof_id, by)
        if (proof.state, proof.reason) == (state, reason):
            return proof
        if proof.version != version:
            raise ProofChanged(proof)
        if proof.state != state and state not in PROOF_STEPS[ProofState(proof.state)]:
            raise NotAllowed(_("A proof in this state cannot become that."))
        before = proof.state, proof.reason
        decided = state is not ProofState.PENDING
        proof.state, proof.reason = state, reason
        proof.decided_by, proof.decided_at = (by, now) if decided else (None, None)
        proof.version += 1
        proof.save(update_fields=["state", "reason", "decided_by", "decided_at", "version"])
        tell_decisions([(proof, before)], course=proof.activity.course, by=by, now=now)
        group_changed(proof.group, now)
    return proof
