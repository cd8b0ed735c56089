"""Rows that belong to a clinic through another row: which clinic, in a column of their own.

The database fills it in and keeps it: a key of both columns ties the row to its owner in the same clinic, and row-level
security asks this column alone.
"""

from typing import Any

import pgtrigger
from django.db import models

from guidelines.models.columns import refuse

STAYS = refuse("a_row_stays_in_its_clinic: make a row in the other clinic instead")


def clinic_of_another_row() -> models.ForeignKey:
    """Not checked by a key of its own: the one of both columns says that the clinic is the owner's, and so that it is."""
    return models.ForeignKey(
        "patients.Clinic",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        editable=False,
    )


def in_the_clinic_of(owner: str, table: str = "") -> Any:
    """A trigger that fills in the clinic of the patient, plan, laboratory or run (`owner`) a row is made for. A row that
    is saved as it was made, without having been read again, keeps its clinic."""
    return pgtrigger.Trigger(
        name="a_row_stays_in_its_clinic",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("clinic_id"),
        # made of our own names
        func=f"""
            IF TG_OP = 'UPDATE' THEN
                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);
                IF NEW.clinic_id <> OLD.clinic_id THEN
                    {STAYS}
                END IF;
            ELSIF NEW.clinic_id IS NULL THEN
                SELECT clinic_id INTO NEW.clinic_id FROM {table or f"patients_{owner}"} WHERE id = NEW.{owner}_id;
            END IF;
            RETURN NEW;
        """,  # noqa: S608
    )


stays_in_its_clinic = pgtrigger.Trigger(
    name="a_row_stays_in_its_clinic",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("clinic_id"),
    condition=pgtrigger.Q(old__clinic__df=pgtrigger.F("new__clinic")),
    func=STAYS,
)
