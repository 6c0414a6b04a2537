"""Histories of migrations, and the walk through them: up, down and up again, with rows."""
