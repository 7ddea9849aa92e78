"""Data to pictures, tables and charts. No Streamlit."""
