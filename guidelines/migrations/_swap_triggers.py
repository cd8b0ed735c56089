"""Triggers of many models replaced at once: one operation each has Django rebuild every related model each time."""

from django.db.migrations.operations.base import Operation


class SwapTriggers(Operation):
    """Installs these triggers, given as (model, trigger); one of the same name is replaced."""

    reversible = True
    elidable = False

    def __init__(self, triggers):
        self.triggers = triggers

    def deconstruct(self):
        return type(self).__name__, [self.triggers], {}

    def state_forwards(self, app_label, state):
        for model, trigger in self.triggers:
            options = state.models[app_label, model].options
            others = [other for other in options.get("triggers", []) if other.name != trigger.name]
            # A new list: the state before this migration keeps its own.
            options["triggers"] = [*others, trigger]

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for _, trigger in self.triggers:
            schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for model, trigger in self.triggers:
            before = to_state.models[app_label, model].options.get("triggers", [])
            old = next((other for other in before if other.name == trigger.name), None)
            schema_editor.execute(old.install_sql if old else trigger.uninstall_sql, params=None)

    def describe(self):
        return f"Replace {len(self.triggers)} triggers"
