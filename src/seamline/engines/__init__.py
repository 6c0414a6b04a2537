"""Databases: servers that Seamline owns, catalogs, row capture and undo."""
