"""The nouns of Seamline: frozen structs and the vocabulary; no I/O, nothing that needs the world."""
