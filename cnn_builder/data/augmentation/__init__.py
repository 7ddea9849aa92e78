"""What the augmentation layers make of images, without TensorFlow: for seeing it while their settings change."""
