// The page /check/: tries from this browser what a session needs, and shows what came of it.
//
// A try ends in an outcome: its key and what {n} in its words stands for. The words are in the
// page, in templates, so that they are translated with it (site/check_words.py).

const LATE = 2000; // a count that comes so much later than it could was collected on the way
const SLOW = 1500; // there and back
const GRACE = 8000; // after its last count is due, so long is waited for it
const PATIENCE = 12000; // for the answer to a form
const OFF = 20000; // a clock that is further off spoils the codes of an app
const TRIES = 3;
const MARK = "exchange:checked"; // when this browser was checked last: tells whether it keeps things

/**
 * @typedef {{ key: string, n?: string }} Outcome
 * @typedef {{ at: number, arrived: number }} Count  sent by the server's clock, here by the page's
 * @typedef {{ kind: string, status: number, took: number, ahead: number, base: number }} Reply
 *   kind: arrived, blocked, unreached, refused or failed; ahead: this clock minus the server's;
 *   base: the page's clock minus the server's
 */

const form = /** @type {HTMLFormElement} */ (document.getElementById("check"));
const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const wait = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

// -- Words ---------------------------------------------------------------------------------------

/** Unit, its size, and from where on it is used; in ms. @type {[string, number, number][]} */
const UNITS = [
  ["day", 86400e3, 172800e3],
  ["hour", 3600e3, 7200e3],
  ["minute", 60e3, 120e3],
  ["second", 1e3, 1e3],
  ["millisecond", 1, 0],
];

/** How long, in words of the page's language. @param {number} ms */
function long(ms) {
  const [unit, size] = UNITS.find(([, , least]) => ms >= least) ?? UNITS[4];
  const said = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 };
  return new Intl.NumberFormat(document.documentElement.lang, said).format(ms / size);
}

/** A copy of a template with {n} put in. @param {HTMLTemplateElement} template @param {string} n */
function worded(template, n) {
  const copy = document.importNode(template.content, true);
  for (const line of copy.querySelectorAll("p")) {
    for (const node of line.childNodes) {
      if (node instanceof Text) node.data = node.data.replace("{n}", n);
    }
  }
  return copy;
}

/** Show what came of a part. @param {string} name @param {Outcome} outcome @returns {string} its kind */
function show(name, { key, n = "" }) {
  const part = document.querySelector(`[data-part="${name}"]`);
  const template = part?.querySelector(`template[data-outcome="${key}"]`);
  if (!(template instanceof HTMLTemplateElement)) return "grey";
  part?.querySelector(".came")?.replaceChildren(worded(template, n));
  return template.dataset.kind ?? "grey";
}

/** @param {string} kind */
function conclude(kind) {
  const template = document.querySelector(`template[data-verdict="${kind}"]`);
  if (template instanceof HTMLTemplateElement) find("verdict").replaceChildren(worded(template, ""));
}

// -- The answer that stays open --------------------------------------------------------------------

/**
 * Listen until the end, or until it is past hope.
 * @param {string} look @param {number} length  ms @param {Count[]} heard  filled while it goes on
 * @returns {Promise<{ key: string, status?: number, lasted: number }>} ended, cut or silent, or why not
 */
async function listen(look, length, heard) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), length + GRACE);
  const began = performance.now();
  let last = began;
  let isOpen = false;
  const lasted = () => performance.now() - began;
  try {
    const headers = { Accept: "text/event-stream" };
    const asked = { headers, cache: /** @type {const} */ ("no-store"), signal: stop.signal };
    const answer = await fetch(`${form.dataset.stream}?look=${look}`, asked);
    const { status } = answer;
    if (!answer.headers.has("X-Request-ID")) return { key: "blocked", status, lasted: lasted() };
    if (status === 429) return { key: "busy", lasted: lasted() };
    if (!answer.ok || !answer.body) return { key: "failed", status, lasted: lasted() };
    isOpen = true;
    const [reader, letters] = [answer.body.getReader(), new TextDecoder()];
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("it has no end of ours");
      last = performance.now();
      const events = (text + letters.decode(value, { stream: true })).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        if (event.startsWith("event: end")) return { key: "ended", lasted: lasted() };
        heard.push({ at: Number(event.split(" ")[2]), arrived: last });
      }
    }
  } catch {
    if (heard.length) return { key: "cut", lasted: last - began };
    return { key: isOpen || stop.signal.aborted ? "silent" : "unreached", lasted: lasted() };
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/**
 * What came of it. A count is late by how much longer it took than the quickest of all: so the clocks
 * of the two sides do not matter.
 * @param {Awaited<ReturnType<typeof listen>>} ear @param {Count[]} heard @param {Reply[]} replies
 * @returns {Outcome}
 */
function ofStream(ear, heard, replies) {
  const { key, status, lasted } = ear;
  if (key !== "ended" && key !== "cut") return { key, n: status ? String(status) : long(lasted) };
  const took = heard.map((count) => count.arrived - count.at);
  const bases = replies.filter((reply) => reply.kind === "arrived").map((reply) => reply.base);
  const late = Math.max(...took) - Math.min(...took, ...bases);
  if (key === "ended" && late >= LATE) return { key: "late", n: long(late) };
  return { key: key === "cut" ? "cut" : "straight", n: long(lasted) };
}

// -- The form --------------------------------------------------------------------------------------

/** Send the form once. @returns {Promise<Reply>} */
async function send() {
  const from = performance.now();
  const headers = { Accept: "application/json" };
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  const reply = { kind: "unreached", status: 0, took: 0, ahead: 0, base: 0 };
  try {
    const answer = await fetch(form.action, { method: "POST", headers, body, signal: stop.signal });
    const text = await answer.text();
    const to = performance.now();
    const { status } = answer;
    Object.assign(reply, { status, took: to - from });
    if (!answer.headers.has("X-Request-ID")) return { ...reply, kind: "blocked" };
    if (status === 403) return { ...reply, kind: "refused" };
    if (!answer.ok) return { ...reply, kind: "failed" };
    const { at } = JSON.parse(text);
    const half = (to - from) / 2;
    return { ...reply, kind: "arrived", ahead: Date.now() - half - at, base: to - half - at };
  } catch {
    return reply;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Reply[]} replies @returns {Outcome} */
function ofForms(replies) {
  const wrong = replies.find((reply) => reply.kind !== "arrived");
  if (wrong) return { key: wrong.kind, n: String(wrong.status) };
  const took = replies.map((reply) => reply.took).sort((a, b) => a - b)[TRIES >> 1];
  return { key: took > SLOW ? "slow" : "arrived", n: long(Math.max(1, took)) };
}

/** @param {Reply[]} replies @returns {Outcome} */
function ofClock(replies) {
  const [best] = replies.filter((r) => r.kind === "arrived").sort((a, b) => a.took - b.took);
  if (!best) return { key: "unknown" };
  const off = Math.abs(best.ahead);
  if (off <= OFF) return { key: "right", n: long(Math.ceil((off + best.took / 2) / 1000) * 1000) };
  return { key: best.ahead > 0 ? "ahead" : "behind", n: long(off) };
}

/** The server takes no form without its cookie. @param {Reply[]} replies @returns {Outcome} */
function ofCookies(replies) {
  if (!navigator.cookieEnabled || replies.some((reply) => reply.kind === "refused")) return { key: "lost" };
  return { key: replies.some((reply) => reply.kind === "arrived") ? "kept" : "unknown" };
}

// -- What this browser keeps -----------------------------------------------------------------------

/** Write into IndexedDB, read it again and take it away. @returns {Promise<boolean>} */
function keepsRows() {
  const trial = new Promise((done) => {
    const asked = indexedDB.open("exchange-check", 1);
    asked.onerror = () => done(false);
    asked.onupgradeneeded = () => asked.result.createObjectStore("trial");
    asked.onsuccess = () => {
      const db = asked.result;
      const whole = db.transaction("trial", "readwrite");
      const store = whole.objectStore("trial");
      store.put("kept", "word");
      const read = store.get("word");
      const end = (/** @type {boolean} */ kept) => {
        db.close();
        indexedDB.deleteDatabase("exchange-check");
        done(kept);
      };
      whole.oncomplete = () => end(read.result === "kept");
      whole.onabort = () => end(false);
    };
  });
  return Promise.race([trial, wait(3000).then(() => false)]).catch(() => false);
}

/** Since when local storage keeps something: 0 from now on, null where it keeps nothing. */
function keptSince() {
  try {
    const before = Number(localStorage.getItem(MARK));
    localStorage.setItem(MARK, String(Date.now()));
    return localStorage.getItem(MARK) ? before : null;
  } catch {
    return null;
  }
}

/** @returns {Promise<Outcome>} */
async function ofStorage() {
  const [rows, since] = [await keepsRows(), keptSince()];
  if (!rows) return { key: "nothing" };
  if (since === null) return { key: "part" };
  return since ? { key: "known", n: moment(since) } : { key: "kept" };
}

const moment = (/** @type {number} */ at) =>
  new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "medium" });

// -- One check -------------------------------------------------------------------------------------

let isBusy = false;
const order = ["off", "way", "grey", "go"];

/** @param {HTMLButtonElement} button */
async function run(button) {
  const { look = "", seconds = "", counts = "" } = button.dataset;
  /** @type {Count[]} */
  const heard = [];
  const length = Number(seconds) * 1000;
  begin();
  const began = performance.now();
  const ticking = setInterval(() => progress((performance.now() - began) / 1000, seconds, heard, counts), 500);
  const listening = listen(look, length, heard);
  const kinds = [
    show("secure", { key: window.isSecureContext ? "secure" : "plain" }),
    show("storage", await ofStorage()),
  ];
  /** @type {Reply[]} */
  const replies = [];
  for (let n = 0; n < TRIES; n += 1) replies.push(await send());
  kinds.push(
    show("post", ofForms(replies)),
    show("clock", ofClock(replies)),
    show("cookies", ofCookies(replies)),
  );
  kinds.push(show("stream", ofStream(await listening, heard, replies)));
  clearInterval(ticking);
  conclude(order.find((kind) => kinds.includes(kind)) ?? "grey");
  end();
}

/** Not disabled: the focus stays where it is. @param {boolean} yes */
function busy(yes) {
  isBusy = yes;
  for (const button of buttons) button.setAttribute("aria-disabled", String(yes));
}

function begin() {
  for (const came of document.querySelectorAll(".came")) came.replaceChildren();
  busy(true);
  find("going").hidden = false;
  find("whole").hidden = true;
  find("facts").textContent = "";
  conclude("going");
}

/** @param {number} past @param {string} all @param {Count[]} heard @param {string} most */
function progress(past, all, heard, most) {
  const meter = /** @type {HTMLProgressElement} */ (find("meter"));
  meter.max = Number(all);
  meter.value = past;
  const told = { seconds: Math.min(Number(all), Math.floor(past)), all, n: heard.length, most };
  const { words = "" } = find("counted").dataset;
  find("counted").textContent = words.replace(/\{(\w+)\}/g, (_whole, name) => told[name]);
}

function end() {
  find("facts").textContent = [location.origin, moment(Date.now()), navigator.userAgent].join(" · ");
  /** @type {HTMLTextAreaElement} */ (find("text")).value = asText();
  find("copied").textContent = "";
  find("going").hidden = true;
  find("whole").hidden = false;
  busy(false);
  buttons[0].textContent = form.dataset.again ?? "";
}

/** The whole page in lines: what was found, part by part. */
function asText() {
  const line = (/** @type {Element | null} */ from) => (from?.textContent ?? "").replace(/\s+/g, " ").trim();
  const lines = [line(document.querySelector("h1")), line(find("facts")), line(find("verdict")), ""];
  for (const part of document.querySelectorAll("[data-part]")) {
    const tag = line(part.querySelector(".came .tag"));
    lines.push(`${line(part.querySelector("h2"))}: ${tag}`);
    for (const said of part.querySelectorAll(".came p")) {
      lines.push(`  ${line(said).replace(tag, "").trim()}`);
    }
    lines.push("");
  }
  return lines.join("\n").trim();
}

async function copy() {
  const area = /** @type {HTMLTextAreaElement} */ (find("text"));
  area.select();
  const copied = navigator.clipboard?.writeText(area.value).then(() => true, () => false);
  find("copied").textContent = ((await copied) ? form.dataset.copied : form.dataset.marked) ?? "";
}

/** @type {HTMLButtonElement[]} */
const buttons = [...form.querySelectorAll("button[data-look]")];
for (const button of buttons) {
  button.hidden = false;
  button.addEventListener("click", () => isBusy || run(button));
}
find("plain").hidden = true;
find("bare").hidden = true;
find("copy").addEventListener("click", copy);
find("print").addEventListener("click", () => print());
