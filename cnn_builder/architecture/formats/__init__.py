"""The forms in which a network goes out and comes in: files, code, notebooks and links."""
