"""Backups: all rows in one consistent look at the database, then the files that these rows point at.

One format for SQLite and PostgreSQL, a disk and a bucket: a backup of one is restored to any other
(docs/decisions/one-format-of-backups.md).
"""
