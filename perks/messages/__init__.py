"""The kinds of message about effective rest: proofs, and the group's request."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from people.kinds import Audience, Kind, register
from perks.messages.proof import proof_holds, proof_now, write_proofs
from perks.messages.request import fresh_request, request_holds, write_request

register(
    Kind(
        name="proof",
        label=_("Proofs"),
        hint=_("A proof that you handed in or are on is approved or rejected, or who is on it changes."),
        write=write_proofs,
        holds=proof_holds,
        fresh=proof_now,
        audience=Audience.STUDENTS,
        gathers=True,
    )
)
register(
    Kind(
        name="request",
        label=_("Requests to move deadlines"),
        hint=_("Your group asks for other deadlines, changes what it asked for, or takes it back."),
        write=write_request,
        holds=request_holds,
        fresh=fresh_request,
        audience=Audience.STUDENTS,
    )
)
