"""Telling people: e-mails and text messages through an outbox, and notices inside the site."""
