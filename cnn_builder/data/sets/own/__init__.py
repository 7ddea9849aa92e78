"""Data sets of one's own: kept in the home folder, in versions that never change."""
