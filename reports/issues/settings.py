"""The named settings of issue grouping, each with its reason.

The weights and limits were chosen on benchmarks/issues.py, in the middle of the range in which the result hardly
changes; nothing here knows a name or a subject of any data set.
"""

from __future__ import annotations

#: A title says the matter in a few words, so it weighs nearly as much as the whole text.
TITLE_WEIGHT = 0.4
#: The whole text: the title twice and the beginning of the body.
TEXT_WEIGHT = 0.6
#: People say what they want early; later text tells the story and brings in other matters.
LEAD_CHARS = 400
#: Where a name that other texts spell out is looked for.
NAMED_CHARS = 150
#: Two and three characters: a Chinese word and a short name. No segmenter has to agree with the citizen's spelling.
SHORTEST_GRAM, LONGEST_GRAM = 2, 3

#: A pair's similarity is taken apart into its strongest shared phrase (the name of the place, firm or plan) and the
#: rest (what is said of it). Each counts up to a limit only: sharing a name alone, however long, is two matters of one
#: place, and sharing everyday words without any name is a field of work, not a matter.
FULL_NAME = 0.15
#: A spot that both name (an estate, a school; no road) is a name already; its letters need to weigh less.
FULL_NAME_OF_PLACE = 0.08
FULL_MATTER = 0.08
#: A phrase that makes more than this of a similarity is nearly the whole of both texts and counts as matter as well.
SAME_WORDS = 0.6
#: Pairs less similar than this agree in nothing.
FAINT_SIMILARITY = 0.05
#: Average agreement that two groups need to become one (average link). Lower mixes matters, higher splits them.
LEAST_AGREEMENT = 0.62
#: What a submission needs to join an issue that people accepted: a little more than strangers need of each other.
LEAST_AGREEMENT_WITH_KNOWN = 0.68
#: Two texts of one spot agree in the matter by what they say of it, names left out: half by the rest above, half by
#: the similarity of the texts without any names, which counts up to this limit. Without it one name of a second place
#: (the estate's road, its developer) passed for a matter.
FULL_SAID = 0.10
SHARE_OF_SAID = 0.9
#: What the places leave of an agreement (`reports.issues.where`).
PLACE_FACTORS = {
    "SPOT": 1.0,
    "ROAD": 0.95,
    "CROSSING": 0.6,  # several crossings of one road
    "ELSEWHERE": 0.45,  # likely the same trouble elsewhere (麻将馆扰民 in two estates)
    "DISTRICTS": 0.8,  # a weaker sign, since people err about districts
    "UNKNOWN": 0.95,
}
#: Fewer texts than this have no centre that others could be measured by.
SMALLEST_CENTRE = 3
#: Two groups whose centres are less alike than this are not one matter …
LEAST_ALIKE_CENTRES = 0.2
#: … if they are of one spot, what is said of it must agree as well; …
LEAST_SAID_BY_CENTRES = 0.2
#: … if no spot holds them together, the centres must agree by far more.
LEAST_ALIKE_WITHOUT_SPOT = 0.35
#: A component of the candidate graph larger than this is cut at a stricter agreement first, to bound memory
#: (n² × 8 bytes).
LARGEST_COMPONENT = 4_000
#: In a large corpus a gram in more texts than this share says nothing and only makes the search slow.
COMMON_GRAM_SHARE = 0.05
#: Rows of the similarity matrix computed at a time.
BLOCK = 300

#: Fewer submissions than this are no issue.
FEWEST_MEMBERS = 2
#: An issue is something several people say …
FEWEST_PEOPLE = 3
#: … or something fewer people say that very many endorse or that is growing now.
HEAT_OF_FEW = 55.0

#: Longest title of an issue, in characters.
TITLE_CHARS = 30
#: Quotations shown for an issue, each from another member.
QUOTATIONS = 5
#: A quotation shorter than this says nothing, a longer one is not read.
QUOTATION_CHARS = (10, 90)
#: Phrases that explain one membership, and key phrases of an issue.
SHARED_PHRASES = 4
KEYWORDS = 8

#: Heat: points for each doubling of the people who speak.
HEAT_PER_DOUBLING = 10.0
#: Heat: points for each e-fold of net endorsements (likes − dislikes, never below 0). Clicking is cheaper than writing.
HEAT_PER_ENDORSEMENT_FOLD = 4.0
#: Heat: most points for being spoken of today; halves every `HEAT_HALF_LIFE_DAYS`.
HEAT_RECENCY = 10.0
HEAT_HALF_LIFE_DAYS = 30.0
#: Heat: most points for growth, comparing the last 30 days with the 30 before.
HEAT_GROWTH = 10.0
HEAT_GROWTH_DAYS = 30
#: Damps growth of small counts: 0 → 1 is no wave.
HEAT_GROWTH_PRIOR = 5.0
#: Heat: most points for negativity (mean over members, 0..1), only when it is given.
HEAT_NEGATIVITY = 10.0
