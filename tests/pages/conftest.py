# What the tests of the site share: the real site, built once, and copies of the project
# to try things on.

from collections.abc import Callable
from pathlib import Path

import pytest
from pages.projects import PLAIN_GUIDE, ROOT, Build, Project

Copy = Callable[..., Project]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The project as it is, built strictly; what it computes stays in its cache."""
    build = Project(ROOT).build(tmp_path_factory.mktemp("real") / "site")
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
