"""The smallest guideline there can be, with as many statements as a test wants to change: quick to write and to read."""

from guidelines.engine.content import Package

CLINICIAN, PLAIN = "Rest the elbow.", "Rest your elbow."


def tiny(statements: int = 1) -> Package:
    return Package.model_validate(
        {
            "slug": "tiny-elbow", "title": "Tiny elbow", "question": "What helps?", "plain_question": "What helps?",
            "answer": "Rest.", "plain_answer": "Rest.", "population": "Adults", "condition": "Itching elbow",
            "publisher": "The Elbow Society", "disclaimer": "Invented.", "entry_step": "E1",
            "fact_groups": [{"key": "body", "title": "Body"}],
            "facts": [{"key": "itches", "label": "itches", "question": "Itches?", "group": "body", "type": "boolean"}],
            "sections": [{"key": "treatment", "title": "Treatment"}],
            "statements": [
                {"key": f"ST-{number}", "section": "treatment", "kind": "claim", "clinician": CLINICIAN, "plain": PLAIN}
                for number in range(statements)
            ],
            "steps": [
                {"key": "E1", "title": "Rest", "plain_title": "Rest", "text": "Rest.", "plain": "Rest.",
                 "terminal": "true", "refers_to": "Nobody"}
            ],
        }
    )  # fmt: skip
