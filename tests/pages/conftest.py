# What the tests of the site share: the real site, built once, and copies of the project
# to try things on.

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from pages.projects import PLAIN_GUIDE, ROOT, Build, Project

Copy = Callable[..., Project]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The project as it is, built strictly; what it computes stays in its cache."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the first of several builds it for all
        folder = folder.parent
    kept = folder / "real.pickle"
    with FileLock(folder / "real.lock"):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(Project(ROOT).build(folder / "real")))
    build: Build = pickle.loads(kept.read_bytes())
    assert build.code == 0, build.output
    return build


@pytest.fixture(scope="session")
def foundation(site: Build, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with one small guide, built, so that its copies build fast."""
    folder = tmp_path_factory.mktemp("foundation")
    project = Project.copy(ROOT, folder).shrink(small=PLAIN_GUIDE)
    build = project.build()
    assert build.code == 0, build.output
    return project


@pytest.fixture
def small(foundation: Project, tmp_path: Path) -> Project:
    """A copy of the project with one small guide, for a test to change."""
    return Project.copy(foundation.root, tmp_path / "project")
