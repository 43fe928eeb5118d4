// Keeps what is typed in a form while its tab is open, so that neither a session that has ended nor a switch of the
// language loses it. A draft belongs to one reader and one state of the page (data-draft): once something was
// saved, by whomever, it is void. Files are the browser's to keep.
const form = document.querySelector("form[data-draft]");
const place = `draft ${location.pathname}`;
const fields = form ? [...form.querySelectorAll("textarea, input[type=text]")] : [];

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(place));
  } catch {
    return null; // storage is switched off: nothing is kept
  }
}

function keep() {
  const typed = Object.fromEntries(fields.map((field) => [field.name, field.value]));
  try {
    sessionStorage.setItem(place, JSON.stringify({ of: form.dataset.draft, typed }));
  } catch {
    // Full or switched off: the form works all the same.
  }
}

function bringBack() {
  const draft = stored();
  if (draft?.of !== form.dataset.draft) return;
  const lost = fields.filter((field) => field.name in draft.typed && field.value !== draft.typed[field.name]);
  for (const field of lost) {
    field.value = draft.typed[field.name];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const note = form.querySelector("[data-draft-note]");
  if (note) note.hidden = lost.length === 0;
}

if (form) {
  bringBack();
  form.addEventListener("input", keep);
}
