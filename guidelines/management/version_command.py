"""A command about one version of a guideline: `--version N` means the guideline's, not Django's."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class VersionCommand(BaseCommand):
    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django's own --version would clash; ours, added later, takes its place.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--version", dest="number", type=int, metavar="N", help="this version, not the current one")
