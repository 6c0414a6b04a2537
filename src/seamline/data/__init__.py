"""Checks of rows: derived from the catalog or declared, compiled to SQL, evaluated without requests."""
