# A build is whole or absent, and a served site follows every change.

import logging
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Literal

from mkdocs.config.config_options import Hooks
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils import CountHandler

sys.dont_write_bytecode = True  # mkdocs serve watches scripts/pages

_goal: list[Path] = []  # where the site goes once it is whole


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Remember for the other hooks, and for rebuilds, that the site is being served."""
    if command == "serve":
        os.environ["ACTFN_SERVING"] = "1"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Build beside the goal, or let a served site show its faults and go on."""
    if os.environ.get("ACTFN_SERVING"):
        # Too late to set config.strict: MkDocs has begun to count warnings.
        logger = logging.getLogger("mkdocs")
        for handler in [h for h in logger.handlers if isinstance(h, CountHandler)]:
            logger.removeHandler(handler)
        return config
    _goal[:] = [Path(config.site_dir)]
    shutil.rmtree(_goal[0], ignore_errors=True)
    config.site_dir = f"{config.site_dir}.partial"
    return config


def on_post_build(config: MkDocsConfig) -> None:
    """Put the site into its place; every other hook and plugin is done."""
    _forget_hooks()
    for goal in _goal:
        Path(config.site_dir).rename(goal)
        config.site_dir = str(goal)


def on_build_error(error: Exception, **kwargs: Any) -> None:
    """Leave nothing: strict warnings fail a build that is already in its place."""
    _forget_hooks()
    for goal in _goal:
        shutil.rmtree(goal, ignore_errors=True)
        shutil.rmtree(f"{goal}.partial", ignore_errors=True)


def _forget_hooks() -> None:
    # MkDocs keeps the modules that it has loaded, and Python what those import; in
    # mkdocs serve, the next build is to read them anew.
    Hooks._load_hook.cache_clear()
    here = Path(__file__).parent
    for name, module in list(sys.modules.items()):
        origin = getattr(module, "__file__", None)
        if origin and Path(origin).parent == here:
            del sys.modules[name]
