"""What people type, read strictly: nothing is guessed, and what was typed is shown again with the reason."""
