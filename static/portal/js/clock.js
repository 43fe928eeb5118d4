// The server's clock on this page, and every countdown that reads it.
// The price of handing in follows the server's clock, so a wrong clock on the device must not show here.
const sent = Number(document.querySelector('meta[name="server-time"]')?.content) * 1000;
const arrived = performance.timeOrigin + (performance.getEntriesByType("navigation")[0]?.responseStart ?? 0);
const offset = Number.isFinite(sent) ? sent - arrived : 0;

/** Milliseconds since 1970 by the server's clock. */
export const now = () => Date.now() + offset;

const MINUTE = 60_000;
const TWO_DAYS = 2880 * MINUTE;
const inDays = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });

function words(element, left) {
  const away = Math.abs(left);
  if (away >= TWO_DAYS) return inDays.format(Math.trunc(left / (1440 * MINUTE)), "day");
  const { soon, ahead, past, ago } = element.dataset;
  const [near, far] = left < 0 ? [past, ago] : [soon, ahead];
  const pattern = away < 60 * MINUTE ? near : far;
  const parts = {
    hours: Math.floor(away / (60 * MINUTE)),
    minutes: Math.floor(away / MINUTE) % 60,
    seconds: Math.floor(away / 1000) % 60,
  };
  return pattern.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
}

function tick() {
  for (const element of document.querySelectorAll("[data-countdown]")) {
    const text = words(element, Date.parse(element.dataset.countdown) - now());
    if (element.textContent !== text) element.textContent = text;
  }
}

tick();
setInterval(tick, 1000);
