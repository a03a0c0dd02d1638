"""Response threads: what leaders answer in public, and to whom."""
