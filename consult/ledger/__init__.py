"""意见采纳情况表: what became of every comment on a draft, until it adds up and is published."""
