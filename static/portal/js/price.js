// Keeps the price of handing in true while the page is open. Without scripts the page says the price at loading
// and until when it holds. The lines come ready worded from the server; here only the right one is chosen.
import { now } from "./clock.js";

const source = document.getElementById("prices");
const lines = source ? JSON.parse(source.textContent) : [];
let shown = null;

function current() {
  const second = Math.floor(now() / 1000);
  return lines.find((line) => line.until === null || second <= line.until);
}

function show(line) {
  const sheet = document.querySelector("[data-price-sheet]");
  const tag = sheet.querySelector(".price");
  tag.classList.toggle("price-free", !line.closed && line.penalty === 0);
  tag.classList.toggle("price-lock", line.closed);
  tag.querySelector("[data-price]").textContent = line.price;
  sheet.querySelector("[data-price-note]").textContent = line.note;
  const countdown = sheet.querySelector("[data-countdown]");
  if (countdown) countdown.closest("[data-price-ends]").hidden = !line.ends;
  if (countdown && line.ends) countdown.dataset.countdown = new Date(line.until * 1000).toISOString();
  for (const note of document.querySelectorAll("[data-price-perk]")) {
    note.textContent = line.perk;
    note.hidden = !line.perk;
    note.classList.toggle("is-warn", line.warns);
    note.classList.toggle("dim", !line.warns);
  }
  for (const figure of document.querySelectorAll("[data-price-now]")) figure.textContent = line.price;
  for (const figure of document.querySelectorAll("[data-price-earned]")) figure.textContent = line.earned;
  for (const note of document.querySelectorAll("[data-price-earned-note]")) note.hidden = line.warns || line.closed;
  for (const button of document.querySelectorAll("[data-price-button]")) {
    button.textContent = line.button;
    button.disabled = line.closed;
  }
  const seen = document.querySelector("input[name=price_seen]");
  if (seen && !line.closed) seen.value = line.penalty;
}

function tick() {
  const line = current();
  if (!line || line === shown) return;
  if (shown !== null) {
    show(line);
    document.getElementById("status").textContent = `${line.button}. ${line.note} ${line.perk}`;
  }
  shown = line;
}

if (lines.length) {
  // The first line is what the server has drawn already, unless the page came from the browser's store.
  shown = lines[0];
  tick();
  setInterval(tick, 500);
  addEventListener("pageshow", tick);
}
