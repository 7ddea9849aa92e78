"""Learning with one's own network: drills, lessons, a glossary and assignments. No Streamlit, no TensorFlow."""
