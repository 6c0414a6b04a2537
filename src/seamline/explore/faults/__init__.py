"""The atomicity sweep: an accepted write, sent again and again, each time with one statement failing."""
