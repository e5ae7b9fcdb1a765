// Live pages: phone, desk and projector. The page works by plain forms; this makes it immediate.
//
// - a form[data-move] is posted in the background, with the same fields and the same id
// - an event stream says "look again"; the page then fetches its own #view (polling if it must)
// - what was typed and not sent stays on this device; what was sent and not answered is sent again
//
// Others may listen on document: "view:before" (cancel it to put the swap off) and "view:changed".

/** What this script says, in the language of the page: live/_script_words.html. */
const words = document.getElementById("words")?.dataset ?? {};
const view = () => document.getElementById("view");
const key = (name) => `exchange:${location.pathname}:${name}`;
// The server's heartbeat comes every 7 seconds; a stream silent for longer is not waited for.
const PATIENCE = 9000;
const POLL = 5000;

// -- What the page says about itself -------------------------------------------------------------

let stateText = "";
let stateClass = "";

function say(text, kind) {
  stateText = text;
  stateClass = kind || "";
  showState();
}

function showState() {
  const place = document.getElementById("state");
  if (!place) return;
  place.textContent = stateText;
  place.className = `state ${stateClass}`.trim();
}

function refuse(sentence) {
  const place = document.getElementById("said");
  if (!place) return;
  place.replaceChildren();
  if (!sentence) return;
  const note = document.createElement("p");
  note.className = "note error";
  note.textContent = sentence;
  place.append(note);
}

const clockTime = () =>
  new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

// -- Looking again -------------------------------------------------------------------------------

let looking = false;
let lookAgain = false;
let lastLook = Date.now();

async function look() {
  if (looking) {
    lookAgain = true;
    return;
  }
  const now = view();
  if (!now) return;
  looking = true;
  lastLook = Date.now();
  try {
    const have = encodeURIComponent(now.dataset.signature);
    const answer = await fetch(`${now.dataset.view}?have=${have}`, { headers: { Accept: "text/html" } });
    online(true);
    if (answer.status === 200) swap(await answer.text());
    else if (answer.status === 404 || answer.status === 410) location.reload();
  } catch {
    online(false);
  } finally {
    looking = false;
    if (lookAgain) {
      lookAgain = false;
      look();
    }
  }
}

let putOff = "";

function swap(text) {
  const asked = new CustomEvent("view:before", { cancelable: true });
  if (!document.dispatchEvent(asked)) {
    putOff = text;
    return;
  }
  putOff = "";
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("view");
  if (!fresh) return;
  const held = document.activeElement;
  const focus = held && held.id && view().contains(held) ? held.id : "";
  const caret = focus && "selectionStart" in held ? [held.selectionStart, held.selectionEnd] : null;
  const open = [...view().querySelectorAll("details[open][id]")].map((d) => d.id);
  keepDrafts();
  view().replaceWith(document.adoptNode(fresh));
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  restoreDrafts();
  showState();
  tick();
  document.dispatchEvent(new CustomEvent("view:changed"));
  if (focus) {
    const again = document.getElementById(focus);
    again?.focus({ preventScroll: true });
    if (again && caret && caret[0] !== null) {
      try {
        again.setSelectionRange(caret[0], caret[1]);
      } catch {
        // Not a text field: it has no caret.
      }
    }
  }
}

/** For boards that put a swap off while a card is in the hand: show what came meanwhile. */
document.addEventListener("view:ready", () => {
  if (putOff) swap(putOff);
});

// -- Drafts: what was typed and not sent --------------------------------------------------------

const TYPED = "textarea[id], input:not([type])[id], input[type=text][id], select[id]";
const drafts = () => view()?.querySelectorAll(TYPED) ?? [];

/** What the field held when the page came. */
const atFirst = (field) =>
  field.options
    ? ([...field.options].find((o) => o.defaultSelected) ?? field.options[0])?.value
    : field.defaultValue;

function keepDraft(id, text) {
  try {
    if (text) localStorage.setItem(key(`draft:${id}`), text);
    else localStorage.removeItem(key(`draft:${id}`));
  } catch {
    // No storage here: nothing to keep, and nothing to break.
  }
}

function keepDrafts() {
  for (const field of drafts()) {
    keepDraft(field.id, field.value === atFirst(field) ? "" : field.value);
  }
}

function restoreDrafts() {
  for (const field of drafts()) {
    let kept = null;
    try {
      kept = localStorage.getItem(key(`draft:${field.id}`));
    } catch {
      return;
    }
    if (!kept || document.activeElement === field) continue;
    if (!field.options || [...field.options].some((o) => o.value === kept)) field.value = kept;
  }
}

/** What a form holds in words, by field id; the form is emptied and its drafts forgotten. */
function takeDrafts(form) {
  const taken = {};
  for (const field of form.querySelectorAll(TYPED)) {
    if (field.value !== atFirst(field)) taken[field.id] = field.value;
    keepDraft(field.id, "");
  }
  return taken;
}

// -- Moves: kept on this device until the server has them ----------------------------------------

let waiting = readWaiting();
let sending = false;

function readWaiting() {
  try {
    const kept = JSON.parse(localStorage.getItem(key("waiting")) || "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function keepWaiting() {
  try {
    localStorage.setItem(key("waiting"), JSON.stringify(waiting));
  } catch {
    // Kept in memory only; the sentence below does not promise more.
  }
}

function csrf() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
}

async function send() {
  if (sending) return;
  sending = true;
  while (waiting.length) {
    const move = waiting[0];
    say(words.saving, "");
    let answer;
    try {
      answer = await fetch(move.url, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": csrf() },
        body: new URLSearchParams(move.fields),
      });
    } catch {
      online(false);
      waitingSays();
      setTimeout(send, 3000);
      break;
    }
    online(true);
    // A server that is restarting answers no JSON: that is waited out. One that says it failed
    // at this very move is asked three times; then the words go back into their field.
    const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (answer.status === 500 && isOurs) move.tries = (move.tries || 0) + 1;
    if ((answer.status >= 500 && !(move.tries >= 3)) || answer.status === 429) {
      keepWaiting();
      waitingSays();
      setTimeout(send, 3000);
      break;
    }
    waiting.shift();
    keepWaiting();
    let reply = {};
    try {
      reply = await answer.json();
    } catch {
      reply = { status: "refused", sentence: words.failed };
    }
    if (answer.ok) {
      refuse("");
      say(`${words.saved} ${clockTime()}`, "saved");
    } else {
      say(words.unsaved, "waiting");
      for (const [id, text] of Object.entries(move.typed || {})) keepDraft(id, text);
      refuse(reply.sentence || words.failed);
    }
    await look();
    if (!answer.ok) restoreDrafts();
  }
  sending = false;
}

function waitingSays() {
  const n = waiting.length;
  say(`${n} ${n === 1 ? words.one : words.many}`, "waiting");
}

/** Post a move: fields is a plain object with kind and move_id; typed goes back if it is refused. */
function post(url, fields, typed) {
  waiting.push({ url, fields, typed });
  keepWaiting();
  if (waiting.length > 1) waitingSays();
  send();
}

document.addEventListener("move:post", (event) => post(event.detail.url, event.detail.fields));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!view()?.contains(form)) return;
  const fields = Object.fromEntries(new FormData(form, event.submitter));
  const typed = takeDrafts(form);
  if (!form.matches("form[data-move]")) return;
  event.preventDefault();
  delete fields.csrfmiddlewaretoken;
  fields.move_id = fields.move_id || newId();
  form.reset();
  const own = form.querySelector("input[name=move_id]");
  if (own) own.value = newId();
  post(form.action, fields, typed);
});

/** An id for one intention; getRandomValues also exists on plain http. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

// -- Notes that keep themselves -------------------------------------------------------------------

for (const form of document.querySelectorAll("form[data-autosave]")) {
  let timer = 0;
  const mark = form.querySelector("[role=status]");
  form.addEventListener("input", () => {
    clearTimeout(timer);
    if (mark) mark.textContent = words.yet;
    timer = setTimeout(async () => {
      try {
        const answer = await fetch(form.action, {
          method: "POST",
          headers: { Accept: "application/json" },
          body: new URLSearchParams(new FormData(form)),
        });
        if (mark) mark.textContent = answer.ok ? `${words.saved} ${clockTime()}` : words.yet;
      } catch {
        if (mark) mark.textContent = words.yet;
      }
    }, 1000);
  });
}

// -- The clock ------------------------------------------------------------------------------------

let ahead = 0; // this device's clock minus the server's, in seconds

const asClock = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** Count on what the server said last: time passes without a move, so nothing else would. */
function tick() {
  if (!view()) return;
  const now = Date.now() / 1000 - ahead;
  for (const timer of document.querySelectorAll("[data-ends-at]")) {
    const left = Math.round(Number(timer.dataset.endsAt) - now);
    const text = asClock(Math.abs(left));
    timer.textContent = left < 0 ? `−${text}` : text;
    timer.classList.toggle("over", left < 0);
  }
  for (const spent of document.querySelectorAll("[data-began]")) {
    spent.textContent = asClock(Math.max(0, Math.round(now - Number(spent.dataset.began))));
  }
  for (const pace of document.querySelectorAll("[data-due]")) {
    const { before, due, onTime, behind, ahead: early } = pace.dataset;
    const late = Number(before) + Math.max(0, Math.round(now - Number(due)));
    const minutes = Math.floor((Math.abs(late) + 30) / 60);
    const said = minutes === 0 ? onTime : late > 0 ? behind : early;
    pace.textContent = said.replace("{n}", minutes);
  }
}

function setClock() {
  const now = view();
  if (now) ahead = Math.round(Date.now() / 1000 - Number(now.dataset.now));
}

// -- The connection -------------------------------------------------------------------------------

let lastHeard = Date.now();
let source = null;

function online(yes) {
  const place = document.getElementById("connection");
  if (place) {
    place.textContent = yes ? "" : words.offline;
  }
}

function listen() {
  const now = view();
  if (!now || !now.dataset.stream || !("EventSource" in window)) return;
  source?.close();
  source = new EventSource(now.dataset.stream);
  source.onmessage = (event) => {
    lastHeard = Date.now();
    if (event.data !== view()?.dataset.signature) look();
  };
  source.addEventListener("still", () => {
    lastHeard = Date.now();
  });
  source.addEventListener("gone", () => {
    source.close();
    location.reload();
  });
}

setClock();
restoreDrafts();
tick();
listen();
if (waiting.length) send();
setInterval(tick, 1000);
setInterval(keepDrafts, 2000);
setInterval(() => {
  const now = Date.now();
  if (now - lastHeard > PATIENCE && now - lastLook >= POLL) look();
}, 1000);
addEventListener("pagehide", keepDrafts);
addEventListener("online", () => {
  send();
  look();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    listen();
    look();
  }
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") look();
});
