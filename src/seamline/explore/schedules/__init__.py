"""Two requests at once: every order of their statements that may matter, held against one after the other."""
