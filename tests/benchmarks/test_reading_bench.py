"""The page of a guideline for strangers: against an empty view, asked again, and what a browser loads for it."""

import gzip
import re
import statistics
import time
from collections.abc import Callable
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

import pytest

from tests.benchmarks.installation import Installation, against_empty

pytestmark = pytest.mark.benchmark

GOAL_PAGE, GOAL_CHEAPER, MOST_KB = 0.20, 4, 120
PAGE = "/guidelines/amyopathic-dermatomyositis/versions/1/"
PATIENT = f"{PAGE}patient/"
COMPRESSED = {"Accept-Encoding": "gzip"}
LOADED = re.compile(r'<(?:link|script|img)\b[^>]*?(?:href|src)="([^"]+)"')
LINKS_ONLY = re.compile(r'rel="(?:canonical|alternate)"')


def seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def fetched(address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urlopen(Request(address, headers={**COMPRESSED, **headers}), timeout=60) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:  # 304 is one to this library
        return error.code, dict(error.headers), b""


def test_a_public_page_against_an_empty_view(installation: Installation) -> None:
    with installation.served("tests.benchmarks.empty") as empty, installation.served() as address:
        for path in (PAGE, PATIENT):
            for _ in range(4):
                fetched(address + path)  # every worker lays it out once
            speed, ratio = against_empty(empty, address + path, COMPRESSED)
            print(f"\n{path}: {speed:.0f} a second, {ratio:.3f} of the empty view (goal {GOAL_PAGE})")
            assert ratio >= GOAL_PAGE


def test_asking_whether_a_copy_is_still_good_against_the_first_request(installation: Installation) -> None:
    with installation.served(workers=1) as address:
        first = seconds(lambda: fetched(address + PAGE))
        again = statistics.median(seconds(lambda: fetched(address + PAGE)) for _ in range(50))
        etag = fetched(address + PAGE)[1]["ETag"]
        statuses = set()

        def ask() -> None:
            statuses.add(fetched(address + PAGE, **{"If-None-Match": etag})[0])

        asked = statistics.median(seconds(ask) for _ in range(50))
    print(
        f"\nfirst {first * 1000:.0f} ms, kept {again * 1000:.1f} ms, still good {asked * 1000:.1f} ms:"
        f" {first / asked:.0f} times cheaper than the first (goal {GOAL_CHEAPER}), {again / asked:.1f} than the kept one"
    )
    assert statuses == {304}
    assert first / asked >= GOAL_CHEAPER


def test_what_a_browser_loads_for_a_page(installation: Installation) -> None:
    with installation.served() as address:
        for path in (PAGE, PATIENT):
            _, _, body = fetched(address + path)
            html = gzip.decompress(body).decode()
            tags = [tag for tag in re.findall(r"<(?:link|script|img)\b[^>]*>", html) if not LINKS_ONLY.search(tag)]
            named = [LOADED.search(tag)[1] for tag in tags if LOADED.search(tag)]  # type: ignore[index]
            sizes = {path: len(body)} | {name: len(fetched(urljoin(address, name))[2]) for name in named}
            total = sum(sizes.values()) / 1000
            print(
                f"\n{path}: {total:.1f} kB compressed in {len(sizes)} files, the page itself {len(body) / 1000:.1f} kB"
            )
            assert all(name.startswith("/static/") for name in named), named
            assert total <= MOST_KB
