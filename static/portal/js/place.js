// An address may name a line inside a section that is folded: not every browser unfolds it by itself.
function show() {
  const line = document.getElementById(location.hash.slice(1));
  const folded = line?.closest("details:not([open])");
  if (!folded) return;
  folded.open = true;
  line.scrollIntoView();
}

addEventListener("hashchange", show);
show();
