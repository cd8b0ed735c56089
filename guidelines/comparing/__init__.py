"""Two contents of a guideline side by side, and what differs between them. Pure: nothing is read or written.

Nothing is judged here: whether a difference matters to a patient is for a clinician to say.
"""
