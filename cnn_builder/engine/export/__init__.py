"""A run's model in the forms that take TensorFlow to make: one module a form, run in a process of its own."""
