"""Demands from every channel as work orders: calls, transcripts, web messages to leaders, imports."""
