// Two repairs for keyboards and screen readers: the theme marks the buttons of every code
// block as a landmark without a name, and boxes that scroll cannot be reached without a mouse.
function repair() {
  document.querySelectorAll("nav.md-code__nav").forEach((bar, i) => {
    if (!bar.ariaLabel) bar.ariaLabel = `Code block ${i + 1}`;
  });
  for (const box of document.querySelectorAll(
    ".md-typeset__scrollwrap, .md-typeset__table, div.formula, .output.html"
  ))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
}
new MutationObserver(repair).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", repair);
document.fonts.ready.then(repair); // formulas have their width
repair();
