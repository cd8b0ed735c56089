"""Django's PostgreSQL backend on the embedded server, which is started at the first connection."""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from config import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        """Where the server is, also for the workers of the queue, which make their connections themselves."""
        server = embedded.running_server(settings.DATA_FOLDER / "postgres")
        return {**super().get_connection_params(), "host": str(server.socket_folder), "port": server.port}
