"""What makes pages of the documentation, and servers to try things with: `python -m scripts.NAME`."""
