"""The data sets: what they are, and where their images come from."""
