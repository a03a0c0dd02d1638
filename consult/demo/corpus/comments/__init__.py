"""Texts of the demo town, read by consult.demo.reading."""
