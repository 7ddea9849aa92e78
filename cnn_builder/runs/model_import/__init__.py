"""Models from elsewhere: a `.keras` or `.h5` file read as data, in a process of its own, and kept as a run."""
