"""The system under test: its process, readiness, identities and the HTTP client that speaks to it."""
