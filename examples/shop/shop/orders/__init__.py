"""Orders, their payment and cancellation."""
