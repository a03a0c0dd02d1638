"""What may be said about the tone of a text."""

from __future__ import annotations

#: The tones that a person may name. 不确定 is the machine's word: whoever does not know leaves it as it is.
TONES = ("negative", "neutral", "positive")
#: What the machine says of texts without words; there is nothing to correct.
NO_TEXT = "no_text"
LONGEST_REASON = 200
#: The name under which the model that comes with the program is chosen.
SHIPPED = "shipped"
