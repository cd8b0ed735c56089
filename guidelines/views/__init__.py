"""What a browser asks of the guidelines app. Views fetch, and leave the wording to templates."""
