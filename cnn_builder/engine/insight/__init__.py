"""What goes on inside a trained model: its layers' outputs, where an answer comes from, and what a filter is worth."""
