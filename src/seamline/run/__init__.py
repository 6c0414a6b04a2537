"""One case in one session: prepare, mark, send, settle, gather evidence, judge, undo."""
