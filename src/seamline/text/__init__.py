"""Text for people: redaction, curl lines, suggestions; no I/O."""
