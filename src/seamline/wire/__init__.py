"""Between the system and its database: every statement is seen, held or made to fail as asked."""
