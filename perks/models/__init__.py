"""What a group may do to earn the right to move deadlines, what it did, and what it asked for."""

from perks.models.definitions import Activity, Checkpoint, ExtensionRule
from perks.models.proofs import Participation, Photo, Proof, Track
from perks.models.requests import ExtensionRequest, RequestedAssignment

__all__ = (
    "Activity",
    "Checkpoint",
    "ExtensionRequest",
    "ExtensionRule",
    "Participation",
    "Photo",
    "Proof",
    "RequestedAssignment",
    "Track",
)
