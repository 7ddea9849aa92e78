"""A run's model in other formats: which there are, how they are made and checked, and what is kept of them."""
