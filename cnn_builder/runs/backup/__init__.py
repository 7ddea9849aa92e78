"""Everything a user has made here in one file, and back again."""
