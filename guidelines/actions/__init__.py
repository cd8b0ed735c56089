"""The only modules that write guidelines: versions with their review, and questions that they do not answer.

Each action is one transaction: lock, check who, check when, write, record. A refusal is an exception with a sentence.
"""

from guidelines.actions.commenting import (
    add_comment,
    draft_for_question,
    reopen_comment,
    reply_to_comment,
    resolve_comment,
)
from guidelines.actions.editing import (
    EditConflict,
    move_entry,
    remove_entry,
    save_entries,
    save_entry,
    start_draft,
    undo_edit,
)
from guidelines.actions.impact import begin_impact, cancel_impact, start_impact
from guidelines.actions.importing import Imported, import_into_draft, import_package
from guidelines.actions.jobs import fail_job, forget_times_to_come, queue_job, start_over
from guidelines.actions.knowledge import compare_knowledge, record_knowledge, take_knowledge
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
    "add_comment",
    "approve",
    "begin_impact",
    "cancel_impact",
    "close_question",
    "close_to_all",
    "compare_knowledge",
    "draft_for_question",
    "fail_job",
    "forget_times_to_come",
    "give_role",
    "import_into_draft",
    "import_package",
    "index_version",
    "load_package",
    "move_entry",
    "open_to_all",
    "publish",
    "queue_job",
    "record_knowledge",
    "remove_entry",
    "reopen_comment",
    "reopen_question",
    "replace_content",
    "reply_to_comment",
    "request_changes",
    "resolve_comment",
    "save_entries",
    "save_entry",
    "send_question",
    "start_draft",
    "start_impact",
    "start_over",
    "submit",
    "take_knowledge",
    "undo_edit",
    "withdraw",
]
