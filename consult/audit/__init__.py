"""The append-only, hash-chained record of who did what (rule R51, threat T17)."""
