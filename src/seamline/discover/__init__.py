"""Meeting a stranger: what a system is, which tables it speaks of, values that work, and the spec files."""
