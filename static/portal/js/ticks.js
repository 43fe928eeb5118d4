// A list of people to tick: how many are ticked, and a field that shortens the list. Works on plain checkboxes.
const words = JSON.parse(document.getElementById("tick-words")?.textContent ?? "{}");
const plural = new Intl.PluralRules(document.documentElement.lang);

function setUp(list) {
  const boxes = [...list.querySelectorAll("input[type=checkbox]")];
  const counter = list.querySelector("[data-ticked]");
  const sieve = list.querySelector("[data-sieve]");

  function count() {
    const ticked = boxes.filter((box) => box.checked).length;
    counter.textContent = words[plural.select(ticked)].replace("{count}", ticked);
  }

  // Who is ticked stays in sight: what is handed in has to be seen.
  function sift() {
    const wanted = sieve.value.trim().toLocaleLowerCase();
    for (const box of boxes) {
      const row = box.closest("label");
      row.hidden = !box.checked && !row.textContent.toLocaleLowerCase().includes(wanted);
    }
  }

  list.addEventListener("change", count);
  if (sieve) {
    sieve.closest("[hidden]").hidden = false;
    sieve.addEventListener("input", sift);
    sieve.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
  counter.hidden = false;
  count();
}

for (const list of document.querySelectorAll("[data-ticks]")) setUp(list);
