"""What is known to be wrong, by what it spoils: a file each."""
