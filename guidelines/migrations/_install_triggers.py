"""The triggers that the models of a migration already carry in their options, created in one go.

One operation for each of them would have Django rebuild every related model each time: half a minute for nothing.
"""

from django.db.migrations.operations.base import Operation
from pgtrigger.compiler import Trigger


class InstallTriggers(Operation):
    """Creates every trigger of the app's models as the state knows them."""

    reversible = True
    elidable = False

    def state_forwards(self, app_label, state):
        pass

    def triggers(self, app_label, state):
        for (label, _), model in sorted(state.models.items()):
            if label == app_label:
                yield from (trigger for trigger in model.options.get("triggers", []) if isinstance(trigger, Trigger))

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for trigger in self.triggers(app_label, to_state):
            schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for trigger in self.triggers(app_label, from_state):
            schema_editor.execute(trigger.uninstall_sql, params=None)

    def describe(self):
        return "Create the triggers of all models"
