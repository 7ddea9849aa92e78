"""`python -m cnn_builder`: see cnn_builder.cli."""

from cnn_builder.cli import main

if __name__ == "__main__":
    main(prog_name="python -m cnn_builder")
