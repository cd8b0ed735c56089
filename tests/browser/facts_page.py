"""Answering the facts page as a person does: what is asked now, one control after the other, until nothing is open."""

from collections.abc import Mapping

from playwright.sync_api import Locator, Page

MOST_ROUNDS = 12


def answer_what_is_asked(page: Page, answers: Mapping[str, str], *, has_javascript: bool) -> set[str]:
    """Answers every open question that matters, and saves, until the page says that none is left.

    An answer is what is typed or the value that is picked; "22 / 40" is a result with its upper limit, and what is not
    among the answers is not known. Gives the keys of what was asked.
    """
    asked: set[str] = set()
    for _ in range(MOST_ROUNDS):
        for key in open_questions(page):
            if key not in asked:
                give(page.locator(f"#question-{key}"), answers.get(key, "not_known"))
                asked.add(key)
        if has_javascript:
            page.wait_for_load_state("networkidle")
        page.get_by_role("button", name="Save and ask again").click()
        page.wait_for_load_state("load")
        if page.get_by_text("Nothing open that matters").count():
            return asked
    raise AssertionError(
        f"still open: {open_questions(page)}; {page.locator('[data-error-summary]').all_inner_texts()}"
    )


def open_questions(page: Page) -> list[str]:
    """What stands first: the questions that are not folded into a line."""
    found = page.locator("#questions > section > .question-group > .question")
    return [name.removeprefix("question-") for name in found.evaluate_all("(all) => all.map((one) => one.id)")]


def give(question: Locator, answer: str) -> None:
    typed = question.locator("input[inputmode=decimal], input[type=date][name^=fact-]").first
    if not typed.count():
        question.locator(f"label:has(input[name^=fact-][value='{answer}'])").click()
    elif answer == "not_known":
        question.locator("label:has(input[name^=unknown-])").click()
    else:
        value, _, limit = answer.partition(" / ")
        typed.fill(value)
        if limit:
            question.locator("input[name^=limit-]").fill(limit)
