"""CNN Builder: design, train and understand a small convolutional network in the browser."""

__version__ = "0.1.0"
