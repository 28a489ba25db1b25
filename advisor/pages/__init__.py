"""What readers see: text, markdown, HTML, JSON."""
