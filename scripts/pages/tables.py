# Tables in Markdown.

from collections.abc import Iterable


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; a | inside a cell is kept from ending it."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
        for line in lines
    )


def code(text: str) -> str:
    """Text as code; nothing as nothing."""
    return f"`{text}`" if text else ""
