"""Shares and trends that admit how much they do not know.

Counts of tones come from a classifier that errs, and from the messages that happened to come in. A share is
therefore given as an estimate with an interval, corrected for the classifier's measured errors where these are
known, and a trend is only called one when chance alone would seldom make it. Below `LEAST_SAMPLE` nothing is
estimated at all: the counts stand for themselves.

Tones are reckoned in one way everywhere, on pages and in bulletins, and this is it:

- **Counts, lists and heat** follow the tone in force: an officer's correction where one stands, else the machine's
  answer. They say what is known of these very texts.
- **Shares** with their 95 % intervals come from `shares.estimated_shares`. Where the model's confusion matrix was
  measured they are reckoned from the machine's own answers for *all* texts, because it is the errors of these answers
  that were measured; how many texts an officer corrected is said beside them. Without a matrix they are Wilson's, over
  the tones in force that are decided, and say so.
- **Trends** compare the machine's own answers in both periods: officers who correct more this month than last would
  otherwise make a trend.
- Copies of one letter count once in every interval and test (`shares.effective_size`).

Everything is deterministic, so that the same submissions always give the same words.

`shares` and `model` are plain Python; `trends` loads scipy and is for workers and commands only.
"""
