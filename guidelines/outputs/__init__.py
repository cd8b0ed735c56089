"""A version as a document: in goes what was approved, out comes the paper. Nothing is decided here."""
