// Two repairs for keyboards and screen readers: the theme marks the buttons of every code
// block as an unnamed landmark, and boxes that scroll cannot be reached without a mouse.
function repair() {
  for (const bar of document.querySelectorAll("nav.md-code__nav:not([role])"))
    bar.setAttribute("role", "group");
  for (const box of document.querySelectorAll(
    ".md-typeset__scrollwrap, .md-typeset__table, div.formula, .output.html"
  ))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
}
new MutationObserver(repair).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", repair);
repair();
