"""The demo town: a fictional county with drafts, comments, work orders, calls and answers.

`generate` makes it as plain values, without a database; see `consult.demo.town` for what it holds.
"""

from consult.demo.generating import generate
from consult.demo.town import Town

__all__ = ["Town", "generate"]
