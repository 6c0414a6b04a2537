"""DuckDB, which reads files as tables."""
