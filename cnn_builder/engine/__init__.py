"""The only package that imports TensorFlow and Keras. It runs in worker processes, never in a server's."""
