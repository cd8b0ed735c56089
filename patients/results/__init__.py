"""Results as they come from outside: which fact is meant, in which unit, of which day, and what is on record already."""
