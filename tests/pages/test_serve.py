# mkdocs serve follows every change, shows faults on the page they belong to, and rests
# when nothing changes.

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from pages.projects import Project

PATIENCE = 120  # seconds, for a busy machine

FAMILY = "src/actfn/_rectifiers.py"
GUIDE = """\
# %% [markdown]
# # Follow me

# %%
from actfn import relu
print("computed", relu(2.5))

# %% tags=["volatile"]
import time
print(time.perf_counter())
"""


@dataclass
class Server:
    """A running mkdocs serve and the project that it shows."""

    project: Project
    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, page: str) -> str:
        """A page as the reader sees it now, or nothing."""
        try:
            with urlopen(f"{self.address}/{page}", timeout=10) as response:
                text: str = response.read().decode()
                return text
        except HTTPError as error:
            return f"{error.code}"
        except (URLError, OSError):
            return ""

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def builds(self) -> int:
        return self.said().count("Building documentation")

    def shows(self, page: str, *texts: str) -> None:
        """Wait until a page contains all these texts."""
        self.until(lambda: all(text in self.get(page) for text in texts), texts)

    def until(self, done: Callable[[], bool], what: object) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            assert self.process.poll() is None, self.said()[-3000:]
            assert time.monotonic() < end, f"no {what}:\n{self.said()[-3000:]}"
            time.sleep(0.2)

    @contextmanager
    def changed(self, path: str, old: str, new: str) -> Iterator[None]:
        """Change a file, and put it back even if what follows fails."""
        before = self.project.read(path)
        self.project.edit(path, old, new)
        try:
            yield
        finally:
            self.project.write(path, before)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(
    foundation: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    project = Project.copy(foundation.root, folder / "project")
    project.write("docs/guide/small.py", GUIDE)
    address = f"127.0.0.1:{free_port()}"
    log = folder / "log.txt"
    config = str(project.root / project.config)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "-f", config, "-a", address],
            cwd=project.root,
            env=project.environment(),
            stderr=subprocess.STDOUT,
            stdout=output,
        )
    try:
        server = Server(project, f"http://{address}", process, log)
        server.shows("guide/small/", "computed 2.5")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_an_edited_guide_shows_its_new_result(server: Server) -> None:
    with server.changed("docs/guide/small.py", "relu(2.5)", "relu(7.25)"):
        server.shows("guide/small/", "computed 7.25")
    server.shows("guide/small/", "computed 2.5")


KERNEL = "def _relu(x: Array, out: Array, scratch: Scratch) -> None:\n    at_least("


def test_edited_docstrings_functions_and_hooks_show(server: Server) -> None:
    changes = [
        (FAMILY, '"""Keep what is positive and', '"""Retain the positive and'),
        (FAMILY, f"{KERNEL}x", f"{KERNEL}2 * x"),
        ("scripts/pages/guides.py", "Run it yourself", "Try it yourself"),
        ("scripts/pages/rendering.py", "Measured on", "Timed on"),  # hooks import it
    ]
    with ExitStack() as stack:
        for path, old, new in changes:
            stack.enter_context(server.changed(path, old, new))
        server.shows("guide/small/", "computed 5.0", "Timed on", "Try it yourself")
        server.shows("reference/relu/", "Retain the positive", "[0., 0., 0., 1., 4.]")
    server.shows("guide/small/", "computed 2.5", "Measured on", "Run it yourself")
    server.shows("reference/relu/", "Keep what is positive", "0. , 0.5, 2. ]")


def test_a_failing_guide_shows_its_message_until_it_is_mended(server: Server) -> None:
    with server.changed("docs/guide/small.py", "relu(2.5)", "relu('text')"):
        server.shows("guide/small/", "docs/guide/small.py, cell 2", "TypeError")
        assert "Keep what is positive" in server.get("reference/relu/")
        assert "Home" in server.get("")
    server.shows("guide/small/", "computed 2.5")


def test_a_package_that_cannot_be_imported_shows_its_message(server: Server) -> None:
    with server.changed(FAMILY, "\ndef relu(x", "\ndef relu((x"):
        server.shows("guide/small/", "SyntaxError", "_rectifiers.py")
        server.shows("reference/", "SyntaxError", "_rectifiers.py")
    server.shows("guide/small/", "computed 2.5")
    server.shows("reference/relu/", "Keep what is positive and")


def test_faults_in_prose_are_said_and_serving_goes_on(server: Server) -> None:
    title = "# # Follow me"
    faults = ("$\\frac{1}$", "[one](nowhere.md)", "[two][actfn.nowhere]")
    says = ("KaTeX parse error", "nowhere.md", "actfn.nowhere")
    prose = "\n#\n# ".join([title, *faults])
    with server.changed("docs/guide/small.py", title, prose):
        server.until(lambda: all(words in server.said() for words in says), says)
        server.shows("reference/relu/", "Keep what is positive and")
    server.until(lambda: "nowhere" not in server.get("guide/small/"), "mended page")
    server.shows("guide/small/", "computed 2.5")


def test_nothing_is_built_while_nothing_changes(server: Server) -> None:
    time.sleep(2)  # until what the tests above have changed is built
    before = server.builds()
    time.sleep(5)
    assert server.builds() == before
    assert "Traceback" not in server.said(), server.said()[-3000:]
