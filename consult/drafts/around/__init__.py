"""Around a draft: extensions, hearings, calendars, feeds, subscriptions, related drafts, posters and printed texts."""
