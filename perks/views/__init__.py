"""The pages of a group's proofs."""
