"""Two roles of the database: one owns the tables, the other is the application's, which reads and writes rows and no more.

Whoever gets the application to send a statement of theirs can drop no table, no lock and no rule of row-level security.
"""

from psycopg import sql

# On the embedded server; on one's own they are called as one likes.
DATABASE, OWNER, APPLICATION = "stepwise", "stepwise_owner", "stepwise"


def grants(application: str) -> str:
    """For the owner to run, whenever tables were made."""
    statements = (
        "GRANT USAGE ON SCHEMA public TO {0}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {0}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {0}",
    )
    named = [sql.SQL(statement).format(sql.Identifier(application)).as_string(None) for statement in statements]
    return "; ".join(named)
