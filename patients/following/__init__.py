"""Living with a plan: what new results ask for by the plan's own version, worked out from rows. Writes nothing."""
