"""What people see: Streamlit pages, their components, and the few routes beside them."""
