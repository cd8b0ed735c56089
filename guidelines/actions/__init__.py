"""The only modules that write guidelines: versions with their review, and questions that they do not answer.

Each action is one transaction: lock, check who, check when, write, record. A refusal is an exception with a sentence.
"""

from guidelines.actions.editing import EditConflict, move_entry, remove_entry, save_entry, start_draft, undo_edit
from guidelines.actions.importing import Imported, import_into_draft, import_package
from guidelines.actions.questions import close_question, reopen_question, send_question
from guidelines.actions.refusals import Refused
from guidelines.actions.versions import (
    approve,
    close_to_all,
    give_role,
    index_version,
    load_package,
    open_to_all,
    publish,
    replace_content,
    request_changes,
    submit,
    withdraw,
)

__all__ = [
    "EditConflict",
    "Imported",
    "Refused",
    "approve",
    "close_question",
    "close_to_all",
    "give_role",
    "import_into_draft",
    "import_package",
    "index_version",
    "load_package",
    "move_entry",
    "open_to_all",
    "publish",
    "remove_entry",
    "reopen_question",
    "replace_content",
    "request_changes",
    "save_entry",
    "send_question",
    "start_draft",
    "submit",
    "undo_edit",
    "withdraw",
]
