"""What all faces draw charts with: design tokens, read once from the theme, and figures made from report blocks."""
