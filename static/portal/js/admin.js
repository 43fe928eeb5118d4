// A list that completes what is typed (select2) is named by its field's label, as every other field is.
function named(box) {
  const list = box.closest(".select2")?.previousElementSibling;
  const label = list?.id && document.querySelector(`label[for="${list.id}"]`);
  if (!label || box.dataset.named) return;
  box.dataset.named = "yes";
  label.id ||= `${list.id}_label`;
  const shown = box.querySelector(".select2-selection__rendered");
  shown?.setAttribute("aria-labelledby", label.id);
  box.setAttribute("aria-labelledby", [label.id, shown?.id ?? ""].join(" ").trim());
}

function all() {
  document.querySelectorAll(".select2-selection").forEach(named);
}

// On a phone a row of a list is a card: what a column is called stands beside what it holds.
function labelled(list) {
  const titles = [...list.tHead.rows[0].cells].map((cell) => cell.querySelector(".text")?.textContent.trim());
  for (const row of list.tBodies[0].rows) {
    [...row.cells].forEach((cell, place) => {
      const named = cell.tagName === "TD" && titles[place] && !cell.querySelector("a, input");
      if (named) cell.dataset.label = titles[place];
    });
  }
}

document.querySelectorAll("#result_list").forEach(labelled);
new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
all();
