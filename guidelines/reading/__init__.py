"""A package laid out for a reader, in the clinician's or the patient's wording.

Everything is said in the words of the content; nothing is decided here. `read_version` is what a page or a paper
prints; sources are also what the pages of a patient show.
"""

from guidelines.reading.sources import Source, needs_clinician, source_of, sources_of
from guidelines.reading.version import read_version
from guidelines.reading.wording import AUDIENCES, Audience

__all__ = ["AUDIENCES", "Audience", "Source", "needs_clinician", "read_version", "source_of", "sources_of"]
