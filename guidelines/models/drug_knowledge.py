"""What the shared library says about one drug, as numbered states. Records: a change is a new number, never an edit."""

import pgtrigger
from django.conf import settings
from django.db import models

from guidelines.models.columns import append_only, never_emptied, refuse


class DrugKnowledgeQuerySet(models.QuerySet["DrugKnowledge"]):
    def newest(self) -> "DrugKnowledgeQuerySet":
        """One of each drug."""
        return self.order_by("drug_key", "-number").distinct("drug_key")


class DrugKnowledge(models.Model):
    """`entries`: by part of a Package, the entries about the drug in their canonical form."""

    drug_key = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    entries = models.JSONField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    # Nobody when it was loaded at the console.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DrugKnowledgeQuerySet.as_manager()

    class Meta:
        ordering = ["drug_key", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["drug_key", "number"], name="one_knowledge_per_number_of_a_drug"),
            models.CheckConstraint(
                condition=models.Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="knowledge_is_known_by_its_hash"
            ),
        ]
        triggers = [
            append_only("knowledge_is_a_record"),
            never_emptied,
            pgtrigger.Trigger(
                name="knowledge_is_numbered_in_turn",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"""
                    IF NEW.number <> 1 + COALESCE((
                        SELECT max(number) FROM guidelines_drugknowledge WHERE drug_key = NEW.drug_key
                    ), 0) THEN
                        {refuse("knowledge_is_numbered_in_turn: somebody has recorded a newer state; read it again")}
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - made of our own sentences
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drug_key} {self.number}"
