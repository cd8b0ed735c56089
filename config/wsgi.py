"""The application as gunicorn serves it."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Every view is read now, once, and not by each worker at its first request. No database is asked.
_ = get_resolver().url_patterns
