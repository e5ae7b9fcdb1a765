// Live pages: phone, desk and projector. The page works by plain forms; this makes it immediate.
//
// - a form[data-move] is posted in the background, with the same fields and the same id, by way of
//   the outbox (outbox.js), which keeps it on this device until the server has it
// - an event stream says "look again"; the page then fetches its own #view (polling if it must)
// - what was typed and not sent stays on this device
//
// Others may listen on document: "view:before" (cancel it to put the swap off) and "view:changed",
// and post by "move:post" with url, fields and said.

import { checkClock, setClock, tick, wasSet } from "./clock.js";
import * as outbox from "./outbox.js";
import * as pane from "./pane.js";

/** What this script says, in the language of the page: live/_script_words.html. */
const words = document.getElementById("words")?.dataset ?? {};
const view = () => document.getElementById("view");
/** Whose changes and drafts these are: on one phone several seats may be held one after another. */
const box = () => `${location.pathname} ${view()?.dataset.whose ?? ""}`;
const key = (name) => `exchange:${box()}:${name}`;
// The server's heartbeat comes every 7 seconds; a stream silent for longer is not waited for.
const PATIENCE = 9000;
const POLL = 5000;
const LISTEN = 20000;

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

const clockTime = (at) =>
  (at ? new Date(at) : new Date()).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

// -- Looking again -------------------------------------------------------------------------------

/** @type {Promise<boolean> | null} */
let looking = null;
let lookAgain = false;
let lastLook = Date.now();

/** Fetch the view if it changed. Resolves with whether the server answered. */
async function look() {
  lookAgain = Boolean(looking);
  looking ??= lookOnce().finally(() => {
    looking = null;
    if (lookAgain) look();
    else meanwhile.splice(0).forEach(changed);
  });
  return looking;
}

const meanwhile = []; // changes that came while the page was on its way

/** A change of the pane: made where it follows on what is here. */
function changed(change) {
  if (looking) {
    meanwhile.push(change);
    return;
  }
  const text = pane.change(change);
  if (text) swap(text);
  else if (change.to !== view()?.dataset.signature) look();
}

/** Whether the stream brings the room as it is at this revision; where it is slow, or there is none,
 * somebody has to look. */
async function comes(revision) {
  const isThere = () => Number(view()?.dataset.revision) >= revision;
  if (!view()?.querySelector("#pane") || Date.now() - lastHeard > PATIENCE) return false;
  for (let wait = 0; wait < 20 && !isThere() && !sendAgain; wait += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return isThere() || sendAgain; // the next change asks again
}

async function lookOnce() {
  const now = view();
  if (!now) return false;
  lastLook = Date.now();
  let answer;
  try {
    const have = encodeURIComponent(now.dataset.signature);
    answer = await outbox.ask(`${now.dataset.view}?have=${have}`, { headers: { Accept: "text/html" } });
  } catch {
    online(false);
    return false;
  }
  // What stands between us and the server may answer anything, so only ours sends the page away.
  const isOver = answer.ours && (answer.status === 404 || answer.status === 410 || answer.redirected);
  if (isOver) await leave();
  else if (answer.status === 200) {
    pane.begin(answer.text);
    checkClock(answer.text);
    swap(answer.text);
  }
  const isReached = answer.ours || answer.status === 304 || answer.text.includes('id="view"');
  online(isReached);
  return isReached && !isOver;
}

/** This page is no longer ours to see. What it alone holds is given back before it goes. */
async function leave() {
  const held = await outbox.all((one) => one === box());
  if (outbox.isKept(held)) location.reload();
  else if (!held.every((change) => change.became)) await giveBack(held);
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
  const ticked = [...view().querySelectorAll("input[type=radio][id]:checked")].map((r) => r.id);
  keepDrafts();
  view().replaceWith(document.adoptNode(fresh));
  for (const id of ticked) {
    const again = document.getElementById(id);
    if (again) again.checked = true;
  }
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  restoreDrafts();
  pane.flag(view());
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

const typedHere = new Map(); // the same in memory: a device may let us keep nothing

function keepDraft(id, text) {
  if (text) typedHere.set(id, text);
  else typedHere.delete(id);
  try {
    if (text) localStorage.setItem(key(`draft:${id}`), text);
    else localStorage.removeItem(key(`draft:${id}`));
  } catch {
    // No storage here: it lasts as long as this page.
  }
}

function keepDrafts() {
  for (const field of drafts()) {
    keepDraft(field.id, field.value === atFirst(field) ? "" : field.value);
  }
}

function restoreDrafts() {
  for (const field of drafts()) {
    let kept = typedHere.get(field.id);
    try {
      kept ??= localStorage.getItem(key(`draft:${field.id}`));
    } catch {
      // No storage here.
    }
    if (!kept || document.activeElement === field) continue;
    if (!field.options || [...field.options].some((o) => o.value === kept)) field.value = kept;
  }
}

// -- Moves: kept on this device until the server has them ----------------------------------------

const RETRY = 3000;
const AT_THE_DESK = 60000; // a step of the facilitator that waited longer would surprise the room

let sending = false;
let sendAgain = false;
let trouble = false; // the last try did not reach the server
let adding = 0; // changes on their way into the outbox
let owed = false; // the person has yet to hear how a change ended
const listed = new Set(); // the move ids of what the list on the page tells of
let timer = 0;

/** The newest token against forgery: of the view, or of the page where that has no form. */
function csrf() {
  const token = "input[name=csrfmiddlewaretoken]:not([value=''])"; // those of a changed pane are empty
  return (document.querySelector(`#view ${token}`) ?? document.querySelector(token))?.value ?? "";
}

/** Deliver what waits for this seat; while the server is not reached, try again every few seconds. */
async function send() {
  clearTimeout(timer);
  sendAgain = sending;
  if (sending || !view()) return;
  sending = true;
  try {
    if (trouble) view().dataset.signature = ""; // the answer brings a fresh token, and whose seat it is
    if (!trouble || (await look())) trouble = !(await outbox.deliver(box(), csrf));
    const left = await outbox.waiting(box());
    if (left.length) waitingSays(left);
    else if (owed && !adding) await delivered();
  } finally {
    sending = false;
  }
  if (sendAgain) send();
  else if (trouble) timer = setTimeout(send, RETRY * (1 + Math.random() / 2));
}

function waitingSays(changes) {
  const n = changes.length;
  const said = outbox.isKept(changes) ? (n === 1 ? words.one : words.many) : words.onlyhere;
  say(said.replace("{n}", n), "waiting");
}

/** All is answered: say so, show the room as it is now, and tell what became of what had to wait. */
async function delivered() {
  owed = false;
  const answered = (await outbox.all((one) => one === box())).filter((change) => change.became);
  const fresh = answered.filter((change) => !listed.has(change.fields.move_id));
  const refused = fresh.filter((change) => !change.became.kept);
  const last = outbox.lastKept || fresh.map((change) => change.became.at).pop();
  if (refused.length) say(words.unsaved, "waiting");
  else say(`${words.saved} ${clockTime(last)}`, "saved");
  for (const change of refused) {
    for (const [id, text] of Object.entries(change.typed)) keepDraft(id, text);
  }
  if (refused.length || fresh.length || !(await comes(outbox.lastRevision))) await look();
  restoreDrafts();
  const isBack = (text) => [...drafts()].some((field) => field.value === text);
  const isPlain = (change) => !change.late && change.written.every(isBack);
  const isSame = (change) => change.until || change.phase === view()?.dataset.phase; // the desk knows
  const isCalm = (change) => change.became.kept && isSame(change);
  const needsNoList = fresh.every(isPlain) || fresh.every(isCalm);
  refuse(needsNoList ? refused.map(reason).pop() : "");
  if (needsNoList) await outbox.forget(fresh);
  else showBecame(answered);
}

const reason = ({ became }) =>
  became.sentence || { late: words.late, gone: words.gone }[became.why] || words.failed;

/** These can not be delivered any more: say so, with the words that were written. */
async function giveBack(changes) {
  await outbox.settle(changes);
  showBecame(changes);
}

/** The list of what became of each change, until it was read. */
function showBecame(changes) {
  const place = document.getElementById("became");
  if (!place || !changes.length) return;
  for (const change of changes) {
    listed.add(change.fields.move_id);
    // Words whose field is gone lie in the list alone, and go with it.
    for (const id of Object.keys(change.typed)) if (!document.getElementById(id)) keepDraft(id, "");
  }
  const lines = changes.map((change) => {
    const line = document.createElement("li");
    const { kept } = change.became;
    const mark = document.createElement("span");
    mark.className = kept ? "tag go" : "tag off";
    mark.textContent = kept ? words.kept : words.unkept;
    line.append(`${change.said} `, mark, kept ? "" : ` ${reason(change)}`);
    for (const text of kept ? [] : change.written) {
      const given = document.createElement("textarea");
      given.readOnly = true;
      given.rows = 2;
      given.value = text;
      given.setAttribute("aria-label", words.yours);
      line.append(given);
    }
    return line;
  });
  place.querySelector("ul").replaceChildren(...lines);
  place.hidden = false;
  place.querySelector("button").onclick = async () => {
    await outbox.forget(changes);
    place.hidden = true;
    document.getElementById("main")?.focus();
  };
}

/** Post a move. typed: what its fields held, by their id; written: what of it are words. */
async function post(url, fields, said, typed = {}, written = []) {
  const now = Date.now();
  const phase = view().dataset.phase ?? "";
  const until = view().dataset.whose?.startsWith("desk") ? now + AT_THE_DESK : 0;
  if (!trouble) say(words.saving, "");
  adding += 1;
  await outbox.add({ box: box(), url, fields, said, typed, written, phase, at: now, until, late: trouble });
  adding -= 1;
  owed = true;
  for (const id of Object.keys(typed)) keepDraft(id, "");
  if (trouble) waitingSays(await outbox.waiting(box()));
  send();
}

/** A secret answer is never laid up here: whoever holds this phone next could read it. */
async function postSecret(url, fields) {
  say(words.saving, "");
  const became = await outbox.post(url, fields, csrf());
  if (became?.kept) say(`${words.saved} ${clockTime(became.at)}`, "saved");
  else say(words.unsaved, "waiting");
  refuse(became?.kept ? "" : became ? reason({ became }) : words.unsent);
  if (became) look();
}

document.addEventListener("move:post", ({ detail }) => post(detail.url, detail.fields, detail.said ?? ""));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!view()?.contains(form)) return;
  const changed = [...form.querySelectorAll(TYPED)].filter((field) => field.value !== atFirst(field));
  if (!form.matches("form[data-move]")) {
    for (const field of changed) keepDraft(field.id, "");
    return;
  }
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form, event.submitter));
  delete fields.csrfmiddlewaretoken;
  fields.move_id = fields.move_id || newId();
  if (form.matches("[data-secret]")) {
    postSecret(form.action, fields);
    return;
  }
  const typed = Object.fromEntries(changed.map((field) => [field.id, field.value]));
  const written = changed.filter((field) => !field.options).map((field) => field.value);
  const button = event.submitter ?? form.querySelector("button");
  const chosen = [...form.querySelectorAll("select")].map((list) => list.selectedOptions[0]);
  const told = [button?.textContent, form.dataset.said, ...chosen.map((one) => one.value && one.text)];
  const said = told.filter(Boolean).map((text) => text.replace(/\s+/g, " ").trim());
  form.reset();
  const own = form.querySelector("input[name=move_id]");
  if (own) own.value = newId();
  post(form.action, fields, said.join(": "), typed, written);
});

/** An id for one intention; getRandomValues also exists on plain http. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

// -- Notes that keep themselves -------------------------------------------------------------------

for (const form of document.querySelectorAll("form[data-autosave]")) {
  let soon = 0;
  const mark = form.querySelector("[role=status]");
  const keep = async () => {
    const body = new URLSearchParams(new FormData(form));
    const headers = { Accept: "application/json" };
    const answer = await outbox.ask(form.action, { method: "POST", headers, body }).catch(() => null);
    const isKept = answer?.ours && answer.ok && !answer.redirected;
    if (mark) mark.textContent = isKept ? `${words.saved} ${clockTime()}` : words.yet;
    if (!answer?.ours || answer.status > 500) soon = setTimeout(keep, RETRY);
  };
  form.addEventListener("input", () => {
    clearTimeout(soon);
    if (mark) mark.textContent = words.yet;
    soon = setTimeout(keep, 1000);
  });
}

// -- The connection -------------------------------------------------------------------------------

let lastHeard = Date.now();
let source = null;
let listenedAt = 0;

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
  listenedAt = Date.now();
  source = new EventSource(now.dataset.stream);
  const heard = () => {
    lastHeard = Date.now();
    online(true);
  };
  // Another server may be there now, of another release, whose panes have other lines.
  source.onopen = () => pane.begin("");
  source.onmessage = (event) => {
    heard();
    if (event.data !== view()?.dataset.signature) look();
  };
  source.addEventListener("pane", (event) => {
    heard();
    changed(JSON.parse(event.data));
  });
  source.onerror = () => {
    lastHeard = 0; // nothing will be heard for a while: ask at once
  };
  source.addEventListener("still", heard);
  source.addEventListener("gone", () => {
    source.close();
    leave();
  });
}

setClock(view());
restoreDrafts();
tick();
listen();
begin();
setInterval(tick, 1000);
setInterval(keepDrafts, 2000);
setInterval(() => {
  const now = Date.now();
  const [isSet, shown] = [wasSet(), view()];
  if (isSet && shown) shown.dataset.signature = ""; // the whole page: with it comes the server's time
  if (isSet || (now - lastHeard > PATIENCE && now - lastLook >= POLL)) look();
  // A proxy may refuse a stream, or answer for a server that is starting: try it again now and then.
  if (source?.readyState === EventSource.CLOSED && now - listenedAt > LISTEN) listen();
}, 1000);
addEventListener("pagehide", keepDrafts);
addEventListener("online", () => {
  send();
  look();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    listen();
    send();
    look();
  }
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") look();
});

/** What an earlier visit left here: deliver it, or, where there is no seat any more, give it back. */
async function begin() {
  if (view()) {
    owed = (await outbox.all((one) => one === box())).length > 0;
    if (owed) send();
    return;
  }
  // A seat of an account is shown to nobody else: boxes end with the person.
  const reader = document.getElementById("became")?.dataset.reader;
  if (reader === undefined) return;
  const mine = new RegExp(`^${location.pathname} seat \\w+ (${reader})?$`);
  await giveBack(await outbox.all((one) => mine.test(one)));
}
