"""Which table and columns an operation's schemas speak of."""
