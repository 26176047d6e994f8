"""The screen face: the only place that knows Streamlit. It resolves what is asked from the URL and draws reports."""
