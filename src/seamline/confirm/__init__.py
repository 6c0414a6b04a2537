"""Try again what was found: alone, on a fresh clone, with a freshly started system."""
