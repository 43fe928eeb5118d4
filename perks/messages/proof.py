"""What became of a proof: decided, looked at again, its people and its photos. Never the photo itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.kinds import Facts, Letter
from perks.models import Participation, Photo, Proof
from perks.queries.worth import GroupProofs, Worth, group_proofs
from perks.rules import PartState, ProofState
from schedule.audience import takes_part
from schedule.messages.parts import CHANGED, LEFT, about, shown, under

DECISION: Final = "decision"
PERSON: Final = "person"
PHOTO: Final = "photo"
"""What of a proof a message is about."""


def _facts(proof: Proof, topic: str, before: list[str], after: list[str]) -> Facts:
    return about(proof.activity.course) | {
        "proof": proof.pk,
        "topic": topic,
        "activity": proof.activity.short_title or proof.activity.title,
        "place": proof.checkpoint.title if proof.checkpoint else "",
        "taken_at": proof.taken_at.isoformat(),
        "before": before,
        "after": after,
    }


def decision_facts(proof: Proof, before: tuple[str, str], every: GroupProofs | None) -> Facts:
    """What a message says of a decision; ``before`` are the state and the reason until then.

    ``every`` are the proofs of its group as they stand, needed for one that is approved.
    """
    facts = _facts(proof, DECISION, list(before), [proof.state, proof.reason])
    if every is None or proof.state != ProofState.APPROVED:
        return facts
    return facts | {"worth": _worth(proof.pk, every)}


def _worth(proof_id: int, every: GroupProofs) -> Facts:
    """Whether an approved proof counts, and what it takes to see why not."""
    standing = every.standing(proof_id)
    return {
        "is": every.worth(proof_id).value,
        "people": len(every.facts[proof_id].people),
        "required": standing.rule.min_people_per_proof,
        "window": [at.isoformat() for at in standing.window or ()],
        "target_at": every.target_at and every.target_at.isoformat(),
    }


def proof_now(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """The facts with whether an approved proof counts now: another proof may have moved the window."""
    del person_id, now
    proof = Proof.objects.filter(pk=facts["proof"]).select_related("activity__course").first()
    if proof is None or "worth" not in facts:
        return facts
    every = group_proofs(proof.activity.course, proof.group_id)
    return facts | {"worth": _worth(proof.pk, every)}


def person_facts(proof: Proof, part: Participation, before: str) -> Facts:
    """What a message says to a person whom a proof counts, or no longer; ``before`` is "" for a new one."""
    return _facts(proof, PERSON, [before], [part.state])


def photo_facts(proof: Proof, photo: Photo) -> Facts:
    """What a message says to whoever asked that a photo be taken down."""
    after = "removed" if photo.removed_at else "shown"
    return _facts(proof, PHOTO, ["hidden"], [after]) | {"photo": photo.pk}


def proof_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while the proof, its person or its photo is as the message says."""
    del now
    rows = Proof.objects.filter(pk=facts["proof"])
    if facts["topic"] == DECISION:
        named = Participation.objects.filter(proof=facts["proof"], person_id=person_id or 0)
        state, reason = facts["after"]
        still = rows.filter(state=state, reason=reason).exists() and (
            rows.filter(posted_by_id=person_id or 0).exists()
            or named.exclude(state=PartState.STRUCK).exists()
        )
    elif facts["topic"] == PERSON:
        parts = Participation.objects.filter(proof__in=rows, person_id=person_id or 0)
        still = parts.filter(state=facts["after"][0]).exists()
    else:
        photos = Photo.objects.filter(pk=facts["photo"])
        removed = photos.filter(removed_at__isnull=False).exists()
        shown_again = photos.filter(removed_at__isnull=True, hidden_at__isnull=True).exists()
        still = removed if facts["after"] == ["removed"] else shown_again
    if not still:
        return CHANGED
    return "" if takes_part(person_id, facts["course"]) else LEFT


def write_proofs(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """One proof with all there is to say; several as a list."""
    last = several[-1]
    if len(several) == 1:
        return _one(last, zone)
    events = {_event(facts) for facts in several}
    said = ngettext("news of %(count)d proof", "news of %(count)d proofs", len(several))
    if events == {"approved"}:
        said = ngettext("%(count)d proof approved", "%(count)d proofs approved", len(several))
    elif events == {"rejected"}:
        said = ngettext("%(count)d proof rejected", "%(count)d proofs rejected", len(several))
    said %= {"count": len(several)}
    if idle := sum(not _counts(facts) for facts in several if "worth" in facts):
        said = _("%(told)s, %(count)d of them not counted") % {"told": said, "count": idle}
    return Letter(
        subject=under(last, said),
        lead=_("You handed these proofs in, or are on them."),
        rows=tuple(
            (f"{_what(facts)}, {shown(facts['taken_at'], zone)}", _in_short(facts)) for facts in several
        ),
        link=reverse("perks:proofs", args=[last["course"]]),
        link_label=_("Open the proofs"),
    )


def _one(facts: Facts, zone: ZoneInfo) -> Letter:
    worth = facts.get("worth")
    event = "recorded" if worth and not _counts(facts) else _event(facts)
    subject, lead = _WORDS[event]()
    rows = [(_("Proof"), _what(facts)), (_("Taken"), shown(facts["taken_at"], zone))]
    if reason := _reason(facts):
        rows.append((_("Reason"), reason))
    if worth:
        lead = f"{lead} {Worth(worth['is']).sentence}"
        rows += _why_not(worth, zone)
    return Letter(
        subject=under(facts, subject % {"what": _what(facts)}),
        lead=lead,
        rows=tuple(rows),
        link=reverse("perks:proof", args=[facts["course"], facts["proof"]]),
        link_label=_("Open the proof"),
    )


_WORDS: Final[dict[str, Callable[[], tuple[str, str]]]] = {
    "approved": lambda: (_("proof approved: %(what)s"), _("Staff have approved this proof.")),
    "recorded": lambda: (
        _("proof approved, but not counted: %(what)s"),
        _("Staff have approved this proof; it is recorded and not counted."),
    ),
    "rejected": lambda: (
        _("proof rejected: %(what)s"),
        _("Staff have rejected this proof. Another one can be handed in."),
    ),
    "pending": lambda: (
        _("proof waits for a check again: %(what)s"),
        _("Staff look at this proof again. Until then it does not count."),
    ),
    "named": lambda: (_("you are on a proof: %(what)s"), _("Staff have put you on this proof.")),
    "struck": lambda: (
        _("you no longer count on a proof: %(what)s"),
        _("Staff have struck you off this proof."),
    ),
    "removed": lambda: (
        _("photo removed: %(what)s"),
        _("The photo that you had taken down is deleted. The proof counts all the same."),
    ),
    "shown": lambda: (
        _("photo shown again: %(what)s"),
        _("Staff have put back the photo that you had taken down. Ask them why, if it is not clear."),
    ),
}


def _why_not(worth: Facts, zone: ZoneInfo) -> list[tuple[str, str]]:
    """What has to be seen beside a proof that does not count."""
    match Worth(worth["is"]):
        case Worth.TOO_FEW:
            told = _("%(people)d, at least %(required)d are needed") % worth
            return [(_("People on it"), told)]
        case Worth.OUTSIDE if worth["window"]:
            first, last = (shown(at, zone) for at in worth["window"])
            return [(_("The time that counts"), first if first == last else f"{first} – {last}")]
        case Worth.AFTER_TARGET if worth["target_at"]:
            return [(_("Target"), shown(worth["target_at"], zone))]
    return []


def _counts(facts: Facts) -> bool:
    """Whether an approved proof counts."""
    return bool(facts["worth"]["is"] == Worth.COUNTS)


def _event(facts: Facts) -> str:
    event: str = facts["after"][0]
    return event


def _reason(facts: Facts) -> str:
    return facts["after"][1] if facts["topic"] == DECISION else ""


def _what(facts: Facts) -> str:
    return f"{facts['activity']}, {facts['place']}" if facts["place"] else str(facts["activity"])


def _taken(facts: Facts, zone: ZoneInfo) -> str:
    return f"{_what(facts)}, {shown(facts['taken_at'], zone)}"


def _in_short(facts: Facts) -> str:
    said = {
        "approved": _("approved"),
        "rejected": _("rejected: %(reason)s") % {"reason": _reason(facts)},
        "pending": _("waits for a check again"),
        "named": _("you are on it"),
        "struck": _("you no longer count on it"),
        "removed": _("the photo is deleted"),
        "shown": _("the photo is shown again"),
    }
    if worth := facts.get("worth"):
        told = _("approved, counts") if _counts(facts) else _("approved, not counted: %(why)s")
        return told % {"why": Worth(worth["is"]).words}
    return said[_event(facts)]
