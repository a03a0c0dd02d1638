"""The versions of the two ways of grouping: changed when the same input may be grouped differently.

Apart from the grouping itself, so that a process which only reads texts can name them.
"""

from __future__ import annotations

CAMPAIGNS = "campaigns-1"
ISSUES = "issues-2"
