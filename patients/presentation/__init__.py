"""What the pages say, worked out before a template prints it. Templates compare no clinical numbers."""
