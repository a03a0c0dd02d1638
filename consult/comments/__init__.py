"""What is said on drafts: comments, their review, endorsements."""
