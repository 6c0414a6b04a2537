"""PostgreSQL's protocol, version 3: framing and the state of one connection, without I/O."""
