"""One form for any entry of a guideline, made of the fields of its class.

`shape` says what kind each field is, `typed` goes between an entry, a sent form and what pydantic judges, `presses`
adds and moves rows, `building` makes of it what a template prints. Nothing here writes, and no class is named in a view.
"""
