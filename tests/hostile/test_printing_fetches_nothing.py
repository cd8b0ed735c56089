"""No text makes a paper fetch anything: not from a server, not from a disk, in whatever form it names it."""

import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from guidelines.printing import FetchesNothing, as_pdf, paged
from tests.access.trials import content_of
from tests.hostile.every_state import Site
from tests.hostile.filled import Filled
from tests.hostile.payloads import Payload

pytestmark = pytest.mark.django_db
PAPERS = ("pdf", "letter/")
FORMS = (
    '<img src="{0}">', '<img srcset="{0} 2x">', '<object data="{0}"></object>', '<embed src="{0}">',
    '<link rel=stylesheet href="{0}">', '<link rel=attachment href="{0}">', '<a rel=attachment href="{0}">x</a>',
    '<style>@import "{0}";</style>', "<style>@import url({0});</style>", '<p style="background:url({0})">',
    "<p style=\"content:url('{0}')\">", "<style>@font-face{{font-family:x;src:url({0})}}</style>",
    '<svg><image href="{0}"/></svg>', '<svg><use href="{0}#x"/></svg>', '<iframe src="{0}"></iframe>',
    '<input type=image src="{0}">', '<li style="list-style-image:url({0})">', "url({0})", '@import "{0}";', "{0}",
)  # fmt: skip


class Listening:
    """A server of this machine that counts who calls."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.calls = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            self.calls += 1
            caller.close()


@pytest.fixture
def listening() -> Iterator[Listening]:
    found = Listening()
    yield found
    found.socket.close()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file beside ours."""
    file = tmp_path / "secret.svg"
    file.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>hush-hush</text></svg>')
    return file


LOOPBACK = "//" + "[::1]"


def addresses(port: int, file: Path) -> list[str]:
    return [
        f"http://127.0.0.1:{port}/x", f"//127.0.0.1:{port}/x", f"http:{LOOPBACK}:{port}/x", f"ftp://127.0.0.1:{port}/x",
        file.as_uri(), str(file), "data:image/svg+xml,<svg/>",
    ]  # fmt: skip


def hostile(port: int, file: Path) -> list[Payload]:
    texts = [form.format(address) for form in FORMS for address in addresses(port, file)]
    return [Payload(number, text) for number, text in enumerate(texts) if len(text) < 100]


def papers_of(site: Site) -> Iterator[tuple[str, bytes]]:
    for who, path in dict.fromkeys(site.more):
        if any(part in path for part in PAPERS):
            response = site.client_of(who).get(path)
            if response["Content-Type"] == "application/pdf":
                yield path, content_of(response)


def test_a_paper_full_of_addresses_calls_nobody_and_reads_no_file(
    site: Site, listening: Listening, secret: Path
) -> None:
    Filled(site, hostile(listening.port, secret)).all()

    papers = dict(papers_of(site))

    assert listening.calls == 0
    assert len(papers) >= 7
    for path, raw in papers.items():
        with pikepdf.open(io.BytesIO(raw)) as pdf:
            assert not [
                found
                for found in pdf.objects
                if isinstance(found, pikepdf.Stream) and found.get("/Subtype") == "/Image"
            ], path
            assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})
            assert b"hush-hush" not in raw


@pytest.mark.parametrize("form", FORMS[:-3])
@pytest.mark.parametrize("which", range(7))
def test_where_a_text_did_get_through_as_markup_nothing_is_fetched_either(
    listening: Listening, secret: Path, form: str, which: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second wall behind the first: what a template would escape stands in the document as it was typed."""
    markup = form.format(addresses(listening.port, secret)[which])
    monkeypatch.setattr("guidelines.printing.render_to_string", lambda template, context: f"<p>before{markup}after")

    try:
        raw = as_pdf(paged("none", {}))
    except ValueError as refusal:
        assert "fetches nothing" in str(refusal) or "without a base URI" in str(refusal)
    else:
        assert b"hush-hush" not in raw and b"/EmbeddedFile" not in raw
    assert listening.calls == 0


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "file:///etc/hostname", "data:text/css,p{}", "/etc/hostname", "x"]
)
def test_the_fetcher_refuses_every_address(address: str) -> None:
    with pytest.raises(BaseException, match="fetches nothing"):
        FetchesNothing().fetch(address)


def test_what_listens_is_heard(listening: Listening) -> None:
    with socket.create_connection(("127.0.0.1", listening.port)) as caller:
        caller.recv(1)

    assert listening.calls == 1
