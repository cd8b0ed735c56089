"""Laws for every file: nothing to download from anywhere."""

import re

from tests.architecture.tree import CONTENT, PROJECT, all_files, name

ADDRESS = re.compile(r"\bhttps?://([^\s/\"'<>)\]`]+)")
# This machine, names reserved for examples, the vocabulary of SVG, the licence.
HARMLESS = re.compile(
    r"^(127\.0\.0\.1|localhost|\[::1\]|[\w.-]*example(\.(org|com|net))?|testserver|www\.w3\.org|\{.*|\$.*)(:.*)?$"
)
TEXT = {
    ".py",
    ".html",
    ".txt",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".lock",
    ".css",
    ".js",
    ".svg",
    ".cfg",
    ".ini",
    ".sh",
    ".json",
    "",
}


def test_no_file_names_another_site() -> None:
    """The licence does, and references of the content are held by the next test."""
    texts = (
        path for path in all_files() if path.suffix in TEXT and path.name != "LICENSE" and CONTENT not in path.parents
    )

    found = {
        name(path): [host for host in ADDRESS.findall(path.read_text(errors="replace")) if not HARMLESS.match(host)]
        for path in texts
    }

    assert {path: hosts for path, hosts in found.items() if hosts} == {}


def test_content_links_only_to_its_references() -> None:
    lines = ((name(path), line) for path in sorted(CONTENT.glob("*.yaml")) for line in path.read_text().splitlines())

    assert [(path, line) for path, line in lines if ADDRESS.search(line) and not re.match(r"\s*(- )?url:", line)] == []


def test_the_exact_versions_come_with_hashes_and_without_addresses() -> None:
    lines = (PROJECT / "requirements.lock").read_text().splitlines()

    assert not [line for line in lines if line.startswith("-") or "://" in line]
    assert sum("--hash=sha256:" in line for line in lines) >= sum("==" in line for line in lines) > 20
