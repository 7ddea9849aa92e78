"""What Streamlit shows: state, panels and components shared by the pages."""
