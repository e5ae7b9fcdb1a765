// The clock of a live page counts on by itself: time passes without a move, so nothing else would.

/** So many seconds a page may be on its way; what differs more is a clock that was set. */
const SLOW = 15;
let ahead = 0; // this device's clock minus the server's, in seconds
let apart = Date.now() - performance.now(); // the clock of the day minus one that only counts on

const asClock = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** What the server's clock said when it made this page. @param {HTMLElement | null} view */
export function setClock(view) {
  if (view) ahead = Math.round(Date.now() / 1000 - Number(view.dataset.now));
}

/** Follow the server's clock, or this device's, where one of them was set meanwhile. @param {string} text
 * of a page that came just now */
export function checkClock(text) {
  const said = Math.round(Date.now() / 1000 - Number(/data-now="(\d+)"/.exec(text)?.[1]));
  if (Math.abs(said - ahead) > SLOW) ahead = said;
}

/** Whether this device's clock was set, or it slept, since this was asked last. */
export function wasSet() {
  const before = apart;
  apart = Date.now() - performance.now();
  return Math.abs(apart - before) > SLOW * 1000;
}

/** Count on what the server said last. */
export function tick() {
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
