"""Draft plans (征求意见稿): text by clause, versions, dates, publication."""
