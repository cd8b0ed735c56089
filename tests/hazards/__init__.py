"""Takes each control of docs/hazards.yaml away, in a copy of the project, and sees whether its tests notice."""
