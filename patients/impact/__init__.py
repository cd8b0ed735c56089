"""New content of a guideline beside every plan that is followed: the queue's tasks, and what is affected."""
