"""The floor: Django with a view that says nothing, one that works for some milliseconds, and no middleware at all."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY="a floor has no secrets", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, MIDDLEWARE=[]
)


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def the_same_work(request: HttpRequest) -> HttpResponse:
    """Each time. How long the slowest hundredth takes is then the machine's doing."""
    return HttpResponse(sum(len(str(number)) for number in range(40_000)))


urlpatterns = [path("", nothing), path("same/", the_same_work)]
application = get_wsgi_application()
