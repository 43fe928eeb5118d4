"""Addresses under /courses/<slug>/perk/ about a group's proofs; courseportal puts them into `perks:`."""

from django.urls import path

from perks.views import adding, photos, proofs

urlpatterns = [
    path("add/", adding.add_proof, name="add_proof"),
    path("proofs/", proofs.proofs, name="proofs"),
    path("proofs/<int:proof>/", proofs.proof, name="proof"),
    path("proofs/<int:proof>/not-me/", proofs.not_me, name="not_me"),
    path("proofs/<int:proof>/me-after-all/", proofs.me_after_all, name="me_after_all"),
    path("photos/<int:photo>/", photos.large, name="photo"),
    path("photos/<int:photo>/small/", photos.small, name="photo_small"),
    path("photos/<int:photo>/take-down/", proofs.take_down, name="take_down"),
]
