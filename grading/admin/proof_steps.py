"""What a TA may do on a proof's page: what each button changes, and the words for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from grading.queries.undoing import ProofChange
from people.models import User
from perks.actions.decide import approve, reject, reopen
from perks.actions.participants import add_participant, keep, strike
from perks.actions.take_down import put_back, remove
from perks.models import Photo, Proof
from perks.rules import PROOF_STEPS, PartState, ProofState


@dataclass(frozen=True, slots=True)
class Step:
    """One button: ``run`` does it, ``change`` is what that means for what counts.

    ``done`` is said afterwards; ``title`` and ``confirm`` ask before something is taken back, or, where
    ``lead`` is set, in any case. ``goes_on``: the proof is dealt with, the list goes on.
    """

    run: Callable[[], object]
    change: ProofChange
    done: str
    title: str
    confirm: str
    lead: str = ""
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who decides, when, on which proof as it was shown, and the reason that was given."""

    proof: Proof
    version: int
    by: User
    now: datetime
    reason: str = ""


def step_of(verb: str, about: int | None, on: Deciding) -> Step | None:
    """The step that a button names; None where the proof, the person or the photo does not have it."""
    if verb in DECISIONS:
        return _decision(verb, on)
    if verb in ("strike", "keep", "add"):
        return _about_person(verb, about, on)
    if verb in ("put_back", "remove"):
        return _about_photo(verb, about, on)
    return None


DECISIONS = {"approve": ProofState.APPROVED, "reject": ProofState.REJECTED, "reopen": ProofState.PENDING}


def is_so_already(verb: str, on: Deciding) -> bool:
    """Whether the proof was decided just like that meanwhile: by a second press, or by somebody else."""
    is_decision = verb in ("approve", "reject")
    return is_decision and (on.proof.state, on.proof.reason) == (DECISIONS[verb], on.reason)


def _decision(verb: str, on: Deciding) -> Step | None:
    to = DECISIONS[verb]
    if to not in PROOF_STEPS[ProofState(on.proof.state)]:
        return None
    group, what = on.proof.group, str(on.proof)
    given: dict[str, Any] = {"proof_id": on.proof.pk, "version": on.version, "by": on.by, "now": on.now}
    told = {"what": what, "group": group}
    match to:
        case ProofState.APPROVED:
            run: Callable[[], object] = partial(approve, **given)
            done = _("Approved: %(what)s, group %(group)s.") % told
        case ProofState.REJECTED:
            run = partial(reject, **given, reason=on.reason)
            done = _("Rejected: %(what)s, group %(group)s.") % told
        case ProofState.PENDING:
            run = partial(reopen, **given)
            done = _("Waits again: %(what)s, group %(group)s.") % told
    asks = {
        ProofState.REJECTED: (_("Reject, although the perk goes?"), _("Reject, and take the perk back")),
        ProofState.PENDING: (
            _("Back to waiting, although the perk goes?"),
            _("Back to waiting, without the perk"),
        ),
    }
    title, confirm = asks.get(to, ("", ""))
    return Step(run, ProofChange(state=to), done, title, confirm, goes_on=to is not ProofState.PENDING)


def _about_person(verb: str, about: int | None, on: Deciding) -> Step | None:
    person = User.objects.filter(pk=about or 0).first()
    part = on.proof.parts.filter(person=about or 0).first()
    allowed = {
        "add": part is None,
        "strike": part is not None and part.state != PartState.STRUCK,
        "keep": part is not None and part.state != PartState.NAMED,
    }[verb]
    if person is None or not allowed:
        return None
    given: dict[str, Any] = {"proof_id": on.proof.pk, "person_id": person.pk, "by": on.by, "now": on.now}
    told, people = {"name": person}, frozenset({person.pk})
    if verb == "strike":
        return Step(
            partial(strike, **given),
            ProofChange(strikes=people),
            _("%(name)s is struck off this proof.") % told,
            _("Strike %(name)s off, although the perk goes?") % told,
            _("Strike off, and take the perk back"),
        )
    action = add_participant if verb == "add" else keep
    done = _("%(name)s is on this proof.") if verb == "add" else _("%(name)s stays on this proof.")
    return Step(partial(action, **given), ProofChange(adds=people), done % told, "", "")


def _about_photo(verb: str, about: int | None, on: Deciding) -> Step | None:
    photo = Photo.objects.there().filter(proof=on.proof, pk=about or 0, hidden_at__isnull=False).first()
    if photo is None:
        return None
    given: dict[str, Any] = {"photo_id": photo.pk, "by": on.by, "now": on.now}
    if verb == "put_back":
        return Step(partial(put_back, **given), ProofChange(), _("The group sees the photo again."), "", "")
    return Step(
        partial(remove, **given),
        ProofChange(),
        _("The photo is removed. The proof counts all the same."),
        _("Remove this photo for good?"),
        _("Remove it for good"),
        lead=_(
            "The picture is deleted and cannot be brought back. What the proof counts for stays as it is."
        ),
    )
