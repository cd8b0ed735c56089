"""Neighbouring operations done against one state: one by one, Django rebuilds every related model after each of them.

Only neighbours that need nothing of one another but what is in the database: see KINDS. The rest stays as written.
"""

from itertools import groupby

from django.db import migrations
from django.db.migrations.operations.base import Operation
from pgtrigger.migrations import AddTrigger, RemoveTrigger

# Tables are made before anything is said about them: a table of the state has every column the state knows.
KINDS = {
    migrations.CreateModel: "tables",
    migrations.AddField: "columns",
    migrations.AlterField: "changes",
    migrations.AddConstraint: "rules",
    migrations.RemoveConstraint: "rules",
    migrations.AddIndex: "rules",
    AddTrigger: "rules",
    RemoveTrigger: "rules",
}


def together(operations):
    """The same operations in the same order, neighbours of one kind as one."""
    done = []
    for kind, neighbours in groupby(operations, key=lambda operation: KINDS.get(type(operation))):
        neighbours = list(neighbours)
        done += [Together(neighbours)] if kind else neighbours
    return done


class Together(Operation):
    """These operations, with the models rebuilt once, when they are next asked for."""

    reversible = True
    elidable = False

    def __init__(self, operations):
        self.operations = operations

    def deconstruct(self):
        return type(self).__name__, [self.operations], {}

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # a cached property: built anew
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def references_model(self, name, app_label):
        return any(operation.references_model(name, app_label) for operation in self.operations)

    def describe(self):
        return "; ".join(operation.describe() for operation in self.operations)
