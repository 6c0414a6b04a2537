"""Ways in which a system is tried beyond one undisturbed request."""
