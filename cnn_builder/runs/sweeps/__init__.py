"""Sweeps: runs of one network in which some settings take several values, within a budget."""
