"""The checks of the data bench in the words of each tool; the peers' files run in their own environments."""
