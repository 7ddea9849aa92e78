"""The panels of the Build page."""
