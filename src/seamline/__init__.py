"""Seamline tests a web API together with its database, from outside, for a backend in any language."""

__version__ = "0.1.0"
__all__ = ["__version__"]
