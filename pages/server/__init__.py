"""Routes and response headers beside Streamlit's own."""
