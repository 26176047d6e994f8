"""The face for whoever takes numbers along: rows with their flags as CSV and XLSX."""
