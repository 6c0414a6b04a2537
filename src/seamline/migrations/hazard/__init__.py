"""What a revision does to full tables while others want to use them: locks, rewrites, scans, backfills."""
