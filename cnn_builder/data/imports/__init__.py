"""Images of one's own made into a data set: readers of what people have, size and colour, test images, duplicates."""
