"""PostgreSQL 15 to 18: private servers, catalog, row capture and undo. `engine.PostgreSQL` is the engine."""
