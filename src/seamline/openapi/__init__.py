"""Read an OpenAPI document: operations, what each may answer, and whether an answer keeps to it."""
