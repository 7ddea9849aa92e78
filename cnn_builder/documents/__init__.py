"""What is being edited: the document with its undo, its file, and the saved networks. No Streamlit."""
