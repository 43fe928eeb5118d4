// The sum of a work while its points are typed. What is saved is reckoned by the server (grading/rules.py,
// penalised); this shows the same before: integers of hundredths, lateness never takes more than the points.
const sum = document.getElementById("sum");
const fields = { score: document.getElementById("id_score"), bonus: document.getElementById("id_bonus") };
const earned = document.getElementById("earned");
const separator = document.documentElement.lang.startsWith("ru") ? "," : ".";
const DASH = "–";

// Hundredths of a point for "8", "8.5" or "8,50"; null for nothing; undefined for what is no number.
export function hundredths(text) {
  const typed = text.trim();
  if (!typed) return null;
  const found = /^(\d{1,6})(?:[.,](\d{1,2})0*)?$/.exec(typed);
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : undefined;
}

export function written(points) {
  return `${Math.floor(points / 100)}${separator}${String(points % 100).padStart(2, "0")}`;
}

function show(part, text) {
  const place = sum.querySelector(`[data-part=${part}]`);
  if (place.textContent !== text) place.textContent = text;
}

function reckon() {
  const raw = hundredths(fields.score.value);
  const bonus = hundredths(fields.bonus.value) ?? 0;
  const { price, max, late } = sum.dataset;
  const known = typeof raw === "number" && raw <= Number(max);
  const penalty = known && price !== "" ? Math.min(Number(price), raw) : 0;
  show("raw", known ? written(raw) : DASH);
  show("penalty", known ? written(penalty) : DASH);
  show("bonus", written(bonus));
  show("result", !known ? DASH : price === "" ? late : written(raw - penalty + bonus));
  if (earned) {
    const then = known ? written(raw - Math.min(Number(earned.dataset.price), raw) + bonus) : DASH;
    earned.querySelector("[data-part=earned]").textContent = then;
  }
  sum.querySelector(".plus").hidden = bonus === 0;
  sum.querySelector(".minus").classList.toggle("some", penalty > 0);
}

function typed() {
  sum.classList.add("pencil");
  reckon();
}

for (const field of Object.values(fields)) field.addEventListener("input", typed);
reckon();
