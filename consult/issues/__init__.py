"""Analysis runs, and the issues that people accept from what the machine proposes."""
