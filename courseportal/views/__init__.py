"""The pages that put the apps together."""
