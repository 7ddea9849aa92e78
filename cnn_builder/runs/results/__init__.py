"""What a finished run leaves: its evaluation, intervals, comparisons, model file and tables."""
