"""What a reviewer is shown before a version is approved. Reads, and never writes."""
