"""Pages that draw on every feature: home, the start of the desk, receipts, statistics, search."""
