// Keeps what is typed and ticked in a form while its tab is open, so that neither a session that has ended, nor a
// switch of the language, nor a reload loses it. A draft belongs to one reader and one state of the page (data-draft): once something was
// saved, by whomever, it is void. Files are the browser's to keep.
const form = document.querySelector("form[data-draft]");
const place = `draft ${location.pathname}`;
const KINDS = "textarea, input[type=text], input[type=datetime-local], input[type=checkbox], input[type=radio]";
const fields = form ? [...form.querySelectorAll(KINDS)] : [];

const isTick = (field) => field.type === "checkbox" || field.type === "radio";
const nameOf = (field) => (isTick(field) ? `${field.name} ${field.value}` : field.name);
const entryOf = (field) => (isTick(field) ? field.checked : field.value);

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(place));
  } catch {
    return null; // storage is switched off: nothing is kept
  }
}

function keep() {
  const typed = Object.fromEntries(fields.map((field) => [nameOf(field), entryOf(field)]));
  try {
    sessionStorage.setItem(place, JSON.stringify({ of: form.dataset.draft, typed }));
  } catch {
    // Full or switched off: the form works all the same.
  }
}

function bringBack() {
  const draft = stored();
  if (draft?.of !== form.dataset.draft) return;
  const lost = fields.filter((field) => nameOf(field) in draft.typed && entryOf(field) !== draft.typed[nameOf(field)]);
  for (const field of lost) {
    if (isTick(field)) field.checked = draft.typed[nameOf(field)];
    else field.value = draft.typed[field.name];
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  const note = form.querySelector("[data-draft-note]");
  if (note) note.hidden = lost.length === 0;
}

if (form) {
  bringBack();
  form.addEventListener("input", keep);
}
