"""The many cases that follow from a document: one change each of a request that is accepted."""
