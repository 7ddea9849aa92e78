"""What the layers of a network look like after each epoch: weights, gradients, activations, the first filters."""
