"""Shares and trends that admit how much they do not know.

Counts of tones come from a classifier that errs, and from the messages that happened to come in. A share is
therefore given as an estimate with an interval, corrected for the classifier's measured errors where these are
known, and a trend is only called one when chance alone would seldom make it. Below `LEAST_SAMPLE` nothing is
estimated at all: the counts stand for themselves.

Everything is deterministic, so that the same submissions always give the same words.

`shares` and `model` are plain Python; `trends` loads scipy and is for workers and commands only.
"""
