"""The command line: front doors without logic; each command imports what it needs when it runs."""
