# The page for teachers: a plan made of what the guides say of themselves, and all that
# they offer for a course. handouts.py makes the notebooks, slides.py the figures.

import re

import cache
import lessons
import slides
from lessons import Lesson
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from tables import table

_PAGE = "teachers.md"
_ALL = "teachers/actfn-for-teachers.zip"
_PAGES = re.compile(r"<!-- pages: (.*?) -->")
_TABLE = "<!-- downloads -->"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the figures of each guide, and one file that holds everything."""
    licence = (cache.root(config) / "LICENSE").read_text(encoding="utf-8")
    everything = {"LICENSE": licence}
    for number, lesson in enumerate(lessons.in_order(config.nav), 1):
        drawn = slides.files(lesson.stem, lesson.title, lesson.figures)
        folder = f"{number:02}-{lesson.stem}"
        for name, content in lesson.downloads.items():
            everything[f"{folder}/{name}"] = content
        for name, content in drawn.items():
            everything[f"{folder}/figures/{name}"] = content
        if lesson.figures:
            zipped = slides.bundle({"LICENSE": licence, **drawn})
            uri = lesson.beside(_figures(lesson))
            files.append(File.generated(config, uri, content=zipped))
    if files.get_file_from_path(_PAGE):
        zipped = slides.bundle(everything)
        files.append(File.generated(config, _ALL, content=zipped))
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Fill in the plan and the table of downloads."""
    if page.file.src_uri != _PAGE:
        return markdown
    listed = lessons.in_order(config.nav)
    known = {lesson.stem: lesson for lesson in listed}

    def session(found: re.Match[str]) -> str:
        missing = [stem for stem in found[1].split() if stem not in known]
        if missing:
            line = markdown[: found.start()].count("\n") + 1
            raise BuildError(
                f"docs/{_PAGE}, line {line}: the navigation has no guide "
                f"{missing[0]!r}; name one of {', '.join(known)}"
            )
        return "\n\n".join(_planned(known[stem]) for stem in found[1].split())

    return _PAGES.sub(session, markdown).replace(_TABLE, _downloads(listed))


def _figures(lesson: Lesson) -> str:
    return f"{lesson.stem}-figures.zip"


def _planned(lesson: Lesson) -> str:
    """A page of a session: how long it is, what it promises, and what it needs."""
    promises = "\n".join(f"- {promise}" for promise in lesson.promises)
    exercises = _counted(lesson.exercises, "exercise")
    return (
        f"**[{lesson.title}]({lesson.file.src_uri})**, about {lesson.words:,} words "
        f"and {exercises}<br>\nYou will be able to\n\n{promises}\n\n"
        f"You need {lesson.needs}"
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + "s" * (number != 1)


def _downloads(listed: list[Lesson]) -> str:
    return table(("Page", "Downloads"), (_row(lesson) for lesson in listed))


def _row(lesson: Lesson) -> tuple[str, ...]:
    names = {
        f"{lesson.stem}-exercises.ipynb": _counted(lesson.exercises, "exercise"),
        f"{lesson.stem}-solutions.ipynb": "solutions",
        _figures(lesson): _counted(len(lesson.figures), "figure"),
        f"{lesson.stem}.py": "script",
    }
    offered = {*lesson.downloads, *[_figures(lesson)] * bool(lesson.figures)}
    links = [
        f'[{shown}]({lesson.beside(name)}){{ download="{name}" '
        f'aria-label="{shown}: {lesson.title}" }}'
        for name, shown in names.items()
        if name in offered
    ]
    return f"[{lesson.title}]({lesson.file.src_uri})", ", ".join(links)
