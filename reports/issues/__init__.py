"""议题: submissions that speak of one matter in one place, in different words.

Same texts (campaigns) are collapsed first. The others are compared by the character grams of title and text, a pair
is held apart when both name places and none is the same, and groups grow by average link, so that no chain of small
resemblances makes a catch-all. Issues that people accepted earlier keep all their members and may gain new ones.
"""

from reports.issues.finding import IssueResult, find_issues

__all__ = ["IssueResult", "find_issues"]
