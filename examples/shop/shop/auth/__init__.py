"""Registration, login, and the life of tokens."""
