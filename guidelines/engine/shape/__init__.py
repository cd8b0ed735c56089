"""The parts a Package is made of, by subject."""
