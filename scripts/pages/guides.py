# Runs the guides that mkdocs-jupyter finds, and gives their pages back to MkDocs as
# Markdown, so that everything MkDocs and Material can do works in them.

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cache
import handouts
import lessons
import nbformat
from execution import PageError, execute
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as SitePage
from portable import portable
from rendering import Figure, fence, render

log = get_plugin_logger("guides")

_pages: dict[str, str] = {}  # Markdown


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Run every guide that has changed, several at once, and add what they made."""
    plugin: Any = config.plugins["mkdocs-jupyter"]
    guides = [file for file in files if plugin.should_include(file)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda file: _result(file, config), guides))
    failed = [str(result) for result in results if isinstance(result, PageError)]
    if failed and not os.environ.get("ACTFN_SERVING"):
        raise BuildError("\n".join(failed))
    _pages.clear()
    lessons.made.clear()
    for file, result in zip(guides, results):
        if isinstance(result, PageError):
            log.error(str(result))
            _pages[file.src_uri] = _apology(result)
            continue
        _pages[file.src_uri] = result["text"]
        lesson = lessons.Lesson(
            file, result["text"], _figures(result), result["downloads"]
        )
        if file.src_uri.endswith(".py"):
            lessons.made[file.src_uri] = lesson
        drawn = {figure.name: figure.svg for figure in lesson.figures}
        for name, content in {**drawn, **lesson.downloads}.items():
            files.append(File.generated(config, lesson.beside(name), content=content))
    return files


def _figures(result: dict[str, Any]) -> list[Figure]:
    return [Figure(**figure) for figure in result["figures"]]


def on_pre_page(page: SitePage, config: MkDocsConfig, files: Files) -> SitePage:
    """Take the page back: mkdocs-jupyter has replaced its `render`."""
    if page.file.src_uri in _pages:
        page.__dict__.pop("render", None)
    return page


def on_page_read_source(page: SitePage, config: MkDocsConfig) -> str | None:
    """Give MkDocs the Markdown of an executed guide."""
    return _pages.get(page.file.src_uri)


def _result(file: File, config: MkDocsConfig) -> dict[str, Any] | PageError:
    root = cache.root(config)
    path = Path(str(file.abs_src_path))
    shown = path.relative_to(root).as_posix()
    text = path.read_text(encoding="utf-8")
    options = dict(config.plugins["mkdocs-jupyter"].config)
    key = cache.fingerprint(root, shown, text, repr(sorted(options.items())))
    kept: dict[str, Any] | None = cache.load(root, shown, key)
    if kept is not None:
        return kept
    log.info(f"Running {shown}")
    try:
        made = _make(shown, text, options)
    except PageError as error:
        return error
    cache.keep(root, shown, key, made)
    return made


def _make(shown: str, text: str, options: dict[str, Any]) -> dict[str, Any]:
    notebook = execute(shown, text)
    stem = Path(shown).stem
    page = render(notebook, stem, options["remove_tag_config"])
    downloads = {}
    if shown.endswith(".py"):
        exercises = handouts.notebooks(notebook, stem)
        downloads = {f"{stem}.py": text, f"{stem}.ipynb": _plain(notebook), **exercises}
        page.text = _with_downloads(page.text, stem, list(exercises)[:1])
    drawn = [asdict(figure) for figure in page.figures]
    return {"text": page.text, "figures": drawn, "downloads": downloads}


def _plain(notebook: Any) -> str:
    """The notebook for download, without what only the build needs."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = portable(cell.source)
        for private in ("place", "measured", "options"):
            cell.metadata.pop(private, None)
    notebook.metadata.pop("jupytext", None)
    notebook.metadata.kernelspec = handouts.KERNEL
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return f"{nbformat.writes(notebook)}\n"  # type: ignore[no-untyped-call]


def _with_downloads(text: str, stem: str, exercises: list[str]) -> str:
    """Add the links below the title."""
    title, newline, rest = text.partition("\n")
    names = (f"{stem}.py", f"{stem}.ipynb", *exercises)
    links = " ".join(f'<a href="{name}" download>{name}</a>' for name in names)
    shown = f'<p class="downloads">Run it yourself: {links}</p>'
    return f"{title}{newline}\n{shown}\n{rest}"


def _apology(error: PageError) -> str:
    return "# This page cannot be built\n\n" + fence("{ .text .error }", str(error))
