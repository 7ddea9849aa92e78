"""Drawings and pictures, made to look like a data set's own images."""
