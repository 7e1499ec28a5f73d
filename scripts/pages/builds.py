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


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Remember for the other hooks, and for rebuilds, that the site is being served."""
    if command == "serve":
        os.environ["ACTFN_SERVING"] = "1"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let a served site show its faults and go on."""
    if os.environ.get("ACTFN_SERVING"):
        # Too late to set config.strict: MkDocs has begun to count warnings.
        logger = logging.getLogger("mkdocs")
        for handler in [h for h in logger.handlers if isinstance(h, CountHandler)]:
            logger.removeHandler(handler)
    return config


def on_post_build(config: MkDocsConfig) -> None:
    """Read the hooks anew in the next build."""
    _forget_hooks()


def on_build_error(error: Exception, **kwargs: Any) -> None:
    """Leave nothing that looks like a whole site."""
    _forget_hooks()
    if not os.environ.get("ACTFN_SERVING") and _site:
        shutil.rmtree(_site[0], ignore_errors=True)


_site: list[str] = []


def on_pre_build(config: MkDocsConfig) -> None:
    """Note where the site goes, for the case that it fails."""
    _site[:] = [config.site_dir]


def _forget_hooks() -> None:
    # MkDocs keeps the modules it has loaded; so does Python what they import.
    Hooks._load_hook.cache_clear()
    here = Path(__file__).parent
    for name, module in list(sys.modules.items()):
        origin = getattr(module, "__file__", None)
        if origin and Path(origin).parent == here:
            del sys.modules[name]
