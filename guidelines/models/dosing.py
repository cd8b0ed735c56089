"""Rows of drugs and doses. Mirrors engine/content.py.

A drug that is taken once a week has no other frequency: a check on the regimen, and a foreign key over (version, drug,
weekly_only) that no write to either table can get round (migration 0002).
"""

from typing import TYPE_CHECKING, Any

from django.db import models

from guidelines.models.columns import (
    KeyedRow,
    MarkedRow,
    PartRow,
    amount_column,
    content_row,
    expression_column,
    in_version,
    key_column,
    later_flag_column,
    line_column,
    list_column,
    text_column,
    whole_column,
    word_column,
)  # fmt: skip

if TYPE_CHECKING:
    from guidelines.engine import content


@content_row
class Drug(KeyedRow, MarkedRow):
    version = in_version("drugs")
    name = line_column()
    names = list_column()
    weekly_only = models.BooleanField()
    high_alert = models.BooleanField()
    rxnorm = line_column(optional=True)
    atc = line_column(optional=True)
    purpose = line_column(optional=True)


@content_row
class Product(PartRow):
    drug = models.ForeignKey(Drug, on_delete=models.PROTECT, related_name="products")
    key = key_column()
    form = line_column()
    strength = amount_column()
    unit = line_column()
    code = line_column(optional=True)
    halves = later_flag_column()
    measured = later_flag_column()
    concentration = line_column(optional=True)

    class Meta(PartRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="one_product_per_key_and_version"),
            models.CheckConstraint(condition=models.Q(strength__gt=0), name="a_product_has_a_strength"),
            models.CheckConstraint(
                condition=models.Q(halves=False) | models.Q(measured=False),
                name="a_product_is_halved_or_measured_or_neither",
            ),
        ]


@content_row
class Regimen(KeyedRow, MarkedRow):
    version = in_version("regimens")
    drug = key_column()
    weekly_only = models.BooleanField()  # the drug's; held equal by the foreign key
    title = line_column()
    plain = line_column(optional=True)
    route = line_column()
    frequency_type = word_column()
    frequency_times = whole_column(optional=True)
    basis = word_column()
    unit = line_column()
    amount_per = word_column()
    min = amount_column()
    start = amount_column(optional=True)
    max = amount_column()
    start_at_most = amount_column(optional=True)
    start_at_minimum_when = expression_column(optional=True)
    one_time = later_flag_column()
    taken_now = key_column(optional=True)
    no_cap_because = line_column(optional=True)
    rounding = list_column()
    rounding_direction = word_column()
    weekly_tablets = models.BooleanField()
    products = list_column()
    spares_main_weekday = models.BooleanField()
    requires = list_column()
    compare_with = expression_column(optional=True)
    note = line_column(optional=True)
    conflicts = list_column()

    class Meta(KeyedRow.Meta):
        constraints = [
            *KeyedRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(weekly_only=False)
                | models.Q(
                    frequency_type="weekly", frequency_times__isnull=True, amount_per="week", weekly_tablets=False
                ),
                name="weekly_only_drugs_are_given_weekly",
            ),
            models.CheckConstraint(
                condition=models.Q(frequency_type="weekly", frequency_times__isnull=True, weekly_tablets=False)
                | models.Q(frequency_type="daily", frequency_times__gte=1),
                name="a_frequency_is_weekly_or_so_many_times_daily",
            ),
            models.CheckConstraint(
                condition=models.Q(min__gte=0, max__gt=0, max__gte=models.F("min"))
                & (models.Q(start__isnull=True) | models.Q(start__gte=models.F("min"), start__lte=models.F("max"))),
                name="a_starting_dose_lies_between_minimum_and_maximum",
            ),
        ]

    @staticmethod
    def carried_columns(entry: "content.Regimen", package: "content.Package") -> dict[str, Any]:
        """Columns of the row that stand elsewhere in the package."""
        return {"weekly_only": any(drug.weekly_only for drug in package.drugs if drug.key == entry.drug)}


@content_row
class Cap(PartRow, MarkedRow):
    regimen = models.ForeignKey(Regimen, on_delete=models.PROTECT, related_name="caps")
    amount = amount_column()
    basis = word_column()
    per = word_column()
    when = expression_column(optional=True)
    text = line_column()

    class Meta(PartRow.Meta):
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="a_cap_is_an_amount")]


@content_row
class DoseAdjustment(PartRow, MarkedRow):
    regimen = models.ForeignKey(Regimen, on_delete=models.PROTECT, related_name="adjustments")
    when = expression_column()
    factor = amount_column(optional=True)
    factor_most = amount_column(optional=True)
    cap = amount_column(optional=True)
    no_dose = line_column(optional=True)
    text = line_column()

    class Meta(PartRow.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(factor__isnull=True) | models.Q(factor__gt=0),
                name="an_adjustment_factor_is_above_zero",
            ),
            models.CheckConstraint(
                condition=models.Q(factor_most__isnull=True)
                | models.Q(factor__isnull=False, factor_most__gte=models.F("factor")),
                name="a_range_of_factors_has_two_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(cap__isnull=True) | models.Q(cap__gt=0), name="an_adjusted_cap_is_an_amount"
            ),
        ]


@content_row
class Titration(PartRow, MarkedRow):
    regimen = models.OneToOneField(Regimen, on_delete=models.PROTECT, related_name="titration")
    increase = amount_column()
    per = word_column()
    every_min_days = whole_column()
    every_max_days = whole_column(optional=True)
    needs = line_column(optional=True)


@content_row
class Taper(PartRow, MarkedRow):
    regimen = models.OneToOneField(Regimen, on_delete=models.PROTECT, related_name="taper")
    start_day = whole_column()
    earliest_start_day = whole_column(optional=True)
    start_when = expression_column(optional=True)
    bands = list_column()
    product_bands = list_column()
    advice = list_column()
    text = text_column(optional=True)
