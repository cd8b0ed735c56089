"""Locks for tables of record, added to all tables at once: one operation each would take half a minute (see
`_install_triggers`).

The texts are those of `guidelines.models.columns` when the migrations that use them were made; do not edit them.
"""

import hashlib

from django.db.migrations.operations.base import Operation
from pgtrigger.compiler import Trigger, UpsertTriggerSql

REFUSED = "RAISE EXCEPTION '{}' USING ERRCODE = 'integrity_constraint_violation';"
NEVER_EMPTIED = REFUSED.format("never_emptied: a table of record is not emptied; use another database")
HISTORY = REFUSED.format("history_is_a_record: this is a record; add a row instead of changing one")


def lock(app_label, model, name, func, **when):
    code = hashlib.sha1(f"{app_label}.{model}:{name}".encode()).hexdigest()[:5]
    sql = UpsertTriggerSql(
        func=func, when="BEFORE", pgid=f"pgtrigger_{name}_{code}", table=f"{app_label}_{model.lower()}", **when
    )
    return Trigger(name=name, sql=sql)


def never_emptied(app_label, model):
    return lock(app_label, model, "never_emptied", NEVER_EMPTIED, level="STATEMENT", operation="TRUNCATE")


def append_only_history(app_label, model):
    return lock(app_label, model, "history_is_a_record", HISTORY, operation="UPDATE OR DELETE")


class LockRecords(Operation):
    """No table of these models is emptied; the history of the tracked ones is only added to."""

    reversible = True
    elidable = False

    def __init__(self, *, tracked, records):
        self.tracked, self.records = tracked, records

    def deconstruct(self):
        return type(self).__name__, [], {"tracked": self.tracked, "records": self.records}

    def locks(self, app_label):
        for model in (*self.tracked, *self.records):
            yield model.lower(), never_emptied(app_label, model)
        for model in (f"{name}Event" for name in self.tracked):
            yield model.lower(), append_only_history(app_label, model)
            yield model.lower(), never_emptied(app_label, model)

    def state_forwards(self, app_label, state):
        for model, trigger in self.locks(app_label):
            options = state.models[app_label, model].options
            # A new list: the state before this migration keeps its own.
            options["triggers"] = [*options.get("triggers", []), trigger]

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for _, trigger in self.locks(app_label):
            schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for _, trigger in self.locks(app_label):
            schema_editor.execute(trigger.uninstall_sql, params=None)

    def describe(self):
        return "Lock tables of record against being emptied, and the history against changes"
