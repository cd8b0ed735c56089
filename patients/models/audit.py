"""The chain of every record of a look and of a change: what was written before cannot be changed unseen.

The database writes it itself, see `patients/migrations/_audit_chain.py`; `patients.audit` reads it.
"""

from django.db import models

from guidelines.models.columns import append_only, never_emptied

INSTALLATION = 0  # the chain of what belongs to no clinic


class AuditLink(models.Model):
    """One row of a record, in the order of the commits. `link` is made of the link before and of this row."""

    chain = models.IntegerField()  # the key of the clinic, or INSTALLATION
    number = models.BigIntegerField()  # from 1, without a gap
    of_table = models.CharField(max_length=63)
    row = models.BigIntegerField()  # its key there
    digest = models.BinaryField()
    link = models.BinaryField()

    class Meta:
        ordering = ["chain", "number"]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="an_audit_chain_has_no_fork")]
        triggers = [append_only("audit_links_are_records"), never_emptied]

    def __str__(self) -> str:
        return f"{self.chain}, {self.number}: {self.of_table} {self.row}"
