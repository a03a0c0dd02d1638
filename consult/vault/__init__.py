"""Identities, stored apart from what was said and sealed with a key from outside the database (T4)."""
