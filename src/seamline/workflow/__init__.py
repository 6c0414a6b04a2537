"""Composes the parts: a whole run, the gate, the artifacts."""
