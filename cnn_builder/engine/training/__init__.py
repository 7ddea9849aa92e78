"""The training loop, its checkpoints, and the record that it keeps in the store."""
