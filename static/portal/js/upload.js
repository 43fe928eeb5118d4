// Handing in: files by drag and drop, checked before they are sent, with progress; nothing typed is ever lost.
// Without this the same form is sent by the browser, and the server says the same things afterwards.
const form = document.querySelector("form[data-hand-in]");
const words = form && JSON.parse(document.getElementById("upload-words").textContent);
const known = form && JSON.parse(document.getElementById("known-files")?.textContent ?? "{}");

const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const plural = new Intl.PluralRules(document.documentElement.lang);

// A size in words; what is too much is rounded up, so that it never reads like the limit.
function size(bytes, isTooMuch = false) {
  if (bytes < 1024) return fill(words.bytes[plural.select(bytes)], { count: bytes });
  const units = words.units;
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  if (isTooMuch) value = Math.ceil(value * 10) / 10;
  return `${number.format(value)}\u00a0${units[unit]}`;
}

// Kinds are suffixes, or types such as image/jpeg; of a file whose type the browser does not know the server tells.
function isOfKind(file, kind) {
  if (!kind.includes("/")) return file.name.toLowerCase().endsWith(kind);
  return file.type === kind || (file.type === "" && !/\.hei[cf]$/i.test(file.name));
}

// A small picture of a photo, one after the other: a phone decodes ten at once only with trouble.
let drawing = Promise.resolve();
function draw(canvas, file) {
  drawing = drawing.then(async () => {
    const picture = await createImageBitmap(file, { resizeWidth: 2 * canvas.width, resizeQuality: "medium" });
    const side = Math.min(picture.width, picture.height);
    const corner = [(picture.width - side) / 2, (picture.height - side) / 2];
    canvas.getContext("2d").drawImage(picture, ...corner, side, side, 0, 0, canvas.width, canvas.height);
    canvas.hidden = false;
    picture.close();
  }).catch(() => {}); // no picture: the server says why
}

async function digest(file) {
  if (!crypto.subtle || file.size > 64 * 2 ** 20) return "";
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function setUp() {
  const input = form.querySelector("input[type=file]");
  const zone = form.querySelector(".drop");
  const list = form.querySelector("[data-files]");
  const problems = form.querySelector("[data-problems]");
  const progress = form.querySelector("[data-progress]");
  const button = form.querySelector("[data-price-button]");
  const stop = form.querySelector("[data-stop]");
  const status = document.getElementById("status");
  let chosen = [];
  let request = null;

  function say(texts) {
    problems.replaceChildren(...texts.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
    problems.hidden = texts.length === 0;
  }

  // The way to sign in leads to another tab: this page keeps the files.
  function signedOut() {
    fail([words.signedOut]);
    const link = { href: words.signInAt, target: "_blank", textContent: words.signIn };
    problems.append(Object.assign(document.createElement("a"), link));
  }

  function faults() {
    const limit = Number(input.dataset.maxBytes);
    const most = Number(input.dataset.maxFiles);
    const kinds = input.accept.split(",").filter(Boolean);
    const total = chosen.reduce((sum, file) => sum + file.size, 0);
    const found = [];
    for (const file of chosen) {
      if (file.size === 0) found.push(fill(words.empty, { name: file.name }));
      if (kinds.length && !kinds.some((kind) => isOfKind(file, kind))) {
        found.push(fill(words.kind, { name: file.name, kinds: kinds.join(", ") }));
      }
    }
    if (chosen.length > most) found.push(fill(words.many, { count: chosen.length, most }));
    if (total > limit) found.push(fill(words.large, { size: size(total, true), limit: size(limit) }));
    return found;
  }

  function line(file) {
    const item = form.querySelector("template").content.cloneNode(true).firstElementChild;
    item.querySelector("[data-name]").textContent = file.name;
    item.querySelector("[data-size]").textContent = size(file.size);
    const remove = item.querySelector("button");
    remove.setAttribute("aria-label", fill(words.remove, { name: file.name }));
    remove.addEventListener("click", () => {
      take(chosen.filter((one) => one !== file));
      input.focus();
    });
    const canvas = item.querySelector("canvas");
    if (canvas) draw(canvas, file);
    digest(file).then((hash) => {
      const note = item.querySelector("[data-known]");
      note.hidden = !(hash in known);
      note.textContent = hash in known ? fill(words.known, { number: known[hash] }) : "";
    }, () => {});
    return item;
  }

  function take(files) {
    chosen = files;
    const transfer = new DataTransfer();
    for (const file of chosen) transfer.items.add(file);
    input.files = transfer.files;
    list.replaceChildren(...chosen.map(line));
    say(faults());
  }

  function add(files) {
    // Chosen again, a file has most likely been changed meanwhile: the browser no longer reads the old one.
    const fresh = [...files];
    const others = chosen.filter((one) => !fresh.some((file) => one.name === file.name && one.size === file.size));
    take([...others, ...fresh]);
  }

  if (input) {
    input.addEventListener("change", () => add(input.files));
    for (const kind of ["dragenter", "dragover"]) {
      zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
    }
    for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
    // The browser's Back brings chosen files back without a word: what would be sent has to be seen.
    addEventListener("pageshow", () => { if (input.files.length !== chosen.length) add(input.files); });
  }

  function busy(on) {
    button.disabled = on;
    progress.hidden = !on;
    stop.hidden = !on;
    if (!on) request = null;
  }

  function fail(texts) {
    busy(false);
    say(texts);
    problems.focus();
  }

  async function freshKey() {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const key = page.querySelector("form[data-hand-in] input[name=csrfmiddlewaretoken]");
    if (key) form.querySelector("input[name=csrfmiddlewaretoken]").value = key.value;
    return Boolean(key);
  }

  function answered(percent, again) {
    if (request.status === 201) {
      form.reset(); // or Back would bring the same work again, ready to be sent as one more attempt
      location.assign(request.getResponseHeader("Location"));
      return undefined;
    }
    if (request.status === 200) return signedOut(); // led to the sign-in page
    if (request.status === 403 && again) {
      freshKey().then((found) => (found ? send(false) : signedOut()), () => fail([fill(words.failed, { percent })]));
      return undefined;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const said = [...page.querySelectorAll("[data-problems] p, form[data-hand-in] .invalid-feedback")];
    const told = said.length ? said : [...page.querySelectorAll("main h1, main h1 + p")];
    const token = page.querySelector("form[data-hand-in] input[name=form_token]");
    if (token) form.querySelector("input[name=form_token]").value = token.value;
    return fail(told.length ? told.map((one) => one.textContent.trim()) : [fill(words.failed, { percent })]);
  }

  function send(again) {
    let percent = 0;
    let told = 0;
    request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      percent = Math.floor((event.loaded / event.total) * 100);
      progress.querySelector("[data-bar]").setAttribute("width", `${percent}%`);
      progress.querySelector("[data-percent]").textContent = fill(words.sending, { percent });
      if (percent >= told + 25) {
        told = percent - (percent % 25);
        status.textContent = fill(words.sending, { percent: told });
      }
    });
    request.addEventListener("load", () => answered(percent, again));
    request.addEventListener("error", () => fail([fill(words.failed, { percent })]));
    request.addEventListener("timeout", () => fail([fill(words.failed, { percent })]));
    request.addEventListener("abort", () => fail([words.stopped]));
    request.send(new FormData(form));
  }

  stop.addEventListener("click", () => request?.abort());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (request) return;
    const found = input ? faults() : [];
    if (found.length) {
      fail(found);
      return;
    }
    say([]);
    busy(true);
    send(true);
  });
  addEventListener("beforeunload", (event) => {
    if (request && request.readyState !== 4) event.preventDefault();
  });
}

if (form) setUp();
