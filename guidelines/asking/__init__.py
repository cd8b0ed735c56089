"""Asking a guideline: a question → approved statements word for word, answers worked out from its data, or neither.

Nothing is written here and nothing is made up: what cannot be quoted or computed is not answered.
"""
