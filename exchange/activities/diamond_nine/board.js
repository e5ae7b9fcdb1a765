// The diamond by tap, by keys and by mouse. The page works without this: the list below the
// diamond posts the same moves. This makes places and cards into buttons and posts for them.
//
// A card is lifted and then placed. Enter lifts, the arrows move among the places, Enter places,
// Escape leaves it where it was. While a card is in the hand the page is not swapped under it.

const HOLD = 20000; // a card held longer than this no longer keeps the page from changing
const FAR = 8; // pixels before a press of the mouse becomes a drag

const view = () => document.getElementById("view");
const board = () => view()?.querySelector("ol[data-board]") ?? null;
const places = () => [...(board()?.querySelectorAll("button[data-slot]") ?? [])];

/** @type {{card: string, text: string, button: HTMLElement, from: string, byKeys: boolean} | null} */
let hand = null;
let holding = 0;
let listOpen = false;

// -- Saying what happened ------------------------------------------------------------------------

const voice = document.createElement("p");
voice.className = "unseen";
voice.setAttribute("aria-live", "polite");
document.getElementById("main")?.append(voice);

/** Fill {card}, {place}, {other} of a sentence that the page brought along, and say it. */
function say(...parts) {
  voice.textContent = parts.filter(Boolean).join(" ");
}

function sentence(name, words) {
  let text = board()?.dataset[name] ?? "";
  for (const [key, word] of Object.entries(words)) text = text.split(`{${key}}`).join(word);
  return text;
}

// -- Cards and places become buttons -----------------------------------------------------------

function button(old) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = old.className;
  made.id = old.id;
  Object.assign(made.dataset, old.dataset);
  made.append(...old.childNodes);
  old.replaceWith(made);
}

function improve() {
  const now = view();
  if (!now) return;
  for (const plain of now.querySelectorAll("[data-plain]")) plain.hidden = true;
  const list = now.querySelector("#by-list");
  if (list) list.open = listOpen;
  if (!board()) return;
  for (const old of now.querySelectorAll("span[data-slot], span.chip[data-card]")) button(old);
}

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.id === "by-list") listOpen = event.target.open;
  },
  true,
);

const wordsOf = (spot) => (spot.querySelector(".on") ?? spot).textContent.trim();

function fill(slot, card, text) {
  slot.classList.toggle("has", Boolean(card));
  if (card) slot.dataset.card = card;
  else delete slot.dataset.card;
  slot.querySelector(".on").textContent = text || board().dataset.empty;
}

// -- In the hand -----------------------------------------------------------------------------------

function lift(spot, byKeys) {
  if (hand) letGo();
  const from = spot.dataset.slot ?? "";
  hand = { card: spot.dataset.card, text: wordsOf(spot), button: spot, from, byKeys };
  spot.setAttribute("aria-pressed", "true");
  spot.classList.add("lifted");
  for (const place of places()) {
    place.classList.add("open");
    if (!place.dataset.card) place.querySelector(".on").textContent = board().dataset.here;
  }
  if (from) offerBack();
  clearTimeout(holding);
  holding = setTimeout(() => {
    if (hand) leave();
  }, HOLD);
  say(sentence("lifted", { card: hand.text }));
  if (byKeys) (places().find((place) => !place.dataset.card) ?? places()[0])?.focus();
}

/** A place in the tray to put a card back that lies in the diamond. */
function offerBack() {
  const tray = view().querySelector("#tray");
  if (!tray) return;
  const item = document.createElement("li");
  const back = document.createElement("button");
  item.id = "back";
  back.type = "button";
  back.className = "chip";
  back.dataset.back = "yes";
  back.textContent = board().dataset.putback;
  item.append(back);
  tray.prepend(item);
  tray.className = "tray";
  tray.hidden = false;
  tray.scrollLeft = 0;
}

/** The hand is empty again; nothing is posted. */
function letGo() {
  clearTimeout(holding);
  const held = hand;
  hand = null;
  if (held) {
    held.button.removeAttribute("aria-pressed");
    held.button.classList.remove("lifted");
  }
  document.getElementById("back")?.remove();
  const tray = document.getElementById("tray");
  if (tray) tray.hidden = !tray.children.length;
  for (const place of places()) {
    place.classList.remove("open");
    if (!place.dataset.card) place.querySelector(".on").textContent = board().dataset.empty;
  }
  return held;
}

/** Leave the card where it was, and let in what came meanwhile. */
function leave() {
  const said = sentence("left", { card: hand.text });
  const held = letGo();
  if (held.byKeys) held.button.focus();
  say(said);
  document.dispatchEvent(new CustomEvent("view:ready"));
}

// -- Moves -------------------------------------------------------------------------------------------

function post(fields) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const id = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  stale();
  document.dispatchEvent(
    new CustomEvent("move:post", {
      detail: {
        url: board().dataset.url,
        fields: { ...fields, move_id: id },
        said: voice.textContent,
      },
    }),
  );
}

/** What is shown runs ahead of the server: the next look must bring the truth, even if refused. */
function stale() {
  view().dataset.signature = "";
}

function place(slot) {
  const held = letGo();
  const other = slot.dataset.card ?? "";
  if (other === held.card) return;
  const otherText = other ? wordsOf(slot) : "";
  if (held.from) fill(held.button, other, otherText);
  else if (other) {
    held.button.dataset.card = other;
    held.button.id = `card-${other}`;
    held.button.textContent = otherText;
  } else held.button.closest("li").remove();
  fill(slot, held.card, held.text);
  if (held.byKeys) slot.focus();
  say(
    sentence("placed", { card: held.text, place: slot.dataset.words }),
    other && sentence("swapped", { other: otherText }),
  );
  post({ kind: board().dataset.place, card: held.card, slot: slot.dataset.slot });
}

function putBack() {
  const held = letGo();
  fill(held.button, "", "");
  if (held.byKeys) held.button.focus();
  say(sentence("back", { card: held.text }));
  post({ kind: board().dataset.unplace, card: held.card });
}

// -- Tap, keys, mouse --------------------------------------------------------------------------------

let ignoreClick = false;

document.addEventListener("click", (event) => {
  if (ignoreClick || !board()) return;
  const spot = event.target.closest("button[data-slot], button.chip[data-card], button[data-back]");
  if (!spot || !view().contains(spot)) return;
  const byKeys = event.detail === 0;
  if (!hand) {
    if (spot.dataset.card) lift(spot, byKeys);
  } else if (spot.dataset.back) putBack();
  else if (spot === hand.button) leave();
  else if (spot.dataset.slot) place(spot);
  else lift(spot, byKeys);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && hand) {
    event.preventDefault();
    leave();
    return;
  }
  const at = event.target.closest?.("button[data-slot]");
  if (!at || !board()?.contains(at)) return;
  const next = neighbour(at, event.key);
  if (!next) return;
  event.preventDefault();
  next.focus();
});

/** The place an arrow leads to: along the places, or to the nearest one of the next row. */
function neighbour(at, pressed) {
  const rows = [...board().children].map((row) => [...row.querySelectorAll("button[data-slot]")]);
  const flat = rows.flat();
  const across = { ArrowLeft: -1, ArrowRight: 1 }[pressed];
  if (across) return flat[flat.indexOf(at) + across];
  const down = { ArrowUp: -1, ArrowDown: 1 }[pressed];
  if (!down) return undefined;
  const row = rows.findIndex((one) => one.includes(at));
  const to = rows[row + down];
  if (!to) return undefined;
  const share = (rows[row].indexOf(at) + 0.5) / rows[row].length;
  return to[Math.min(to.length - 1, Math.floor(share * to.length))];
}

let pressed = null;

document.addEventListener("pointerdown", (event) => {
  const spot = event.target.closest?.("button[data-card]");
  const drags = event.pointerType === "mouse" && event.button === 0 && board() && !hand;
  pressed = spot && drags ? { spot, x: event.clientX, y: event.clientY, moving: false } : null;
});

document.addEventListener("pointermove", (event) => {
  if (!pressed || pressed.moving) return;
  if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < FAR) return;
  if (!view()?.contains(pressed.spot)) {
    pressed = null;
    return;
  }
  pressed.moving = true;
  lift(pressed.spot, false);
});

document.addEventListener("pointerup", (event) => {
  const drag = pressed;
  pressed = null;
  if (!drag?.moving || !hand) return;
  ignoreClick = true;
  setTimeout(() => {
    ignoreClick = false;
  }, 0);
  const under = document.elementFromPoint(event.clientX, event.clientY);
  const slot = under?.closest("button[data-slot]");
  if (under?.closest("button[data-back]")) putBack();
  else if (slot && slot !== drag.spot) place(slot);
  else leave();
});

// -- Choosing nine: a tick posts its form ---------------------------------------------------------

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.matches("input[data-pick]") || !view()?.contains(box)) return;
  const ticked = box.checked;
  stale();
  box.form.requestSubmit();
  box.checked = ticked; // posting the form set it back; the next look brings the truth
});

// -- Fitting in with the page -----------------------------------------------------------------------

document.addEventListener("view:before", (event) => {
  if (hand) event.preventDefault();
});
document.addEventListener("view:changed", () => {
  hand = null;
  improve();
});
improve();
