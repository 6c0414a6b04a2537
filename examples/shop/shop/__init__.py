"""A small web shop: Seamline's reference system."""
