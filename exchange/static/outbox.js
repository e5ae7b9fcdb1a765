// The outbox: what was done on this device and is not yet with the server (docs/decisions/0051).
//
// It lies in IndexedDB, which outlives a closed tab and is there on plain http too; where there is
// none it is a list in memory, and `isKept` says so. Changes of one seat make one box. A box is
// delivered in the order of its making, one post after another, by one tab at a time. Each change
// carries its move id, so one whose answer was lost on the way is sent again and counts once.

/**
 * @typedef {object} Became
 * @property {boolean} kept
 * @property {string} sentence  of the server, why it is not kept; may be ""
 * @property {"" | "gone" | "late"} why  gone: the server does not take it from here; late: not sent
 * @property {string} at  when the server committed it
 * @property {number} [revision]  the session's after it
 * @property {boolean} [again]  not for good: it may be over in a moment
 *
 * @typedef {object} Change
 * @property {string} box  whose it is
 * @property {string} url
 * @property {Record<string, string>} fields  as posted
 * @property {string} said  what it was, in words
 * @property {Record<string, string>} typed  what was typed, by the id of its field
 * @property {string[]} written  of that, what are words
 * @property {string} phase  in which it was done
 * @property {number} at
 * @property {number} until  not sent after this; 0: always
 * @property {boolean} [late]  it had to wait
 * @property {number} [tries]
 * @property {Became} [became]  answered, and perhaps not yet told to the person
 * @property {number} [n]  its place in IndexedDB; a change without is in memory only
 */

const PATIENCE = 12000; // after so long without an answer a request is given up and made again
const CLAIM = 20000; // a tab that claimed the box and fell silent is waited for no longer
const LIFE = 14 * 24 * 3600 * 1000; // what nobody came back for is erased
const TRIES = 3;

/** @type {Became} */
export const gone = { kept: false, sentence: "", why: "gone", at: "" };
/** @type {Became} */
const late = { kept: false, sentence: "", why: "late", at: "" };
/** When the server committed what it kept last. */
export let lastKept = "";

/** The session's revision after it. */
export let lastRevision = 0;

/** @type {Change[]} */
const memory = [];
/** The move ids of what was answered while this page was open: never sent again, whatever is stored. */
const judged = new Set();

// -- Storage ---------------------------------------------------------------------------------------

/** @type {Promise<IDBDatabase | null>} */
const opened = new Promise((done) => {
  setTimeout(() => done(null), 3000);
  try {
    const asked = indexedDB.open("exchange", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("changes", { keyPath: "n", autoIncrement: true });
      asked.result.createObjectStore("claims");
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      done(asked.result);
    };
    asked.onerror = () => done(null);
  } catch {
    done(null);
  }
});

/**
 * One transaction. Resolves once it is on the disk, with what `work` handed to `give`.
 * @template T
 * @param {"changes" | "claims"} name
 * @param {(store: IDBObjectStore, give: (value: T) => void) => void} work
 * @returns {Promise<T>}
 */
async function within(name, work) {
  const db = await opened;
  if (!db) throw new Error("no storage");
  return new Promise((done, failed) => {
    const whole = db.transaction(name, "readwrite", { durability: "strict" });
    /** @type {T} */
    let given;
    whole.oncomplete = () => done(given);
    whole.onabort = () => failed(whole.error);
    work(whole.objectStore(name), (value) => {
      given = value;
    });
  });
}

/** @param {IDBRequest} asked @param {(value: any) => void} give */
function whenDone(asked, give) {
  asked.onsuccess = () => give(asked.result);
}

/** Keep a change, on disk where that is possible. @param {Change} change */
export async function add(change) {
  try {
    change.n = await within("changes", (store, give) => whenDone(store.add(change), give));
  } catch {
    memory.push(change);
  }
}

/** Write a change anew; where the disk takes nothing any more, this page remembers. @param {Change} change */
async function save(change) {
  if (!change.n) return;
  await within("changes", (store) => store.put(change)).catch(() => {
    if (!memory.includes(change)) memory.push(change);
  });
}

/** Erase these, answered or not. @param {Change[]} changes */
export async function forget(changes) {
  for (const change of changes) {
    if (memory.includes(change)) memory.splice(memory.indexOf(change), 1);
    const { n } = change;
    if (n) await within("changes", (store) => store.delete(n)).catch(() => {});
  }
}

/** These will not be delivered any more. @param {Change[]} changes */
export async function settle(changes) {
  for (const change of changes) await save(Object.assign(change, { became: change.became ?? gone }));
}

/** All changes whose box passes, oldest first. @param {(box: string) => boolean} ofBox @returns {Promise<Change[]>} */
export async function all(ofBox) {
  /** @type {Change[]} */
  const kept = await within("changes", (store, give) => whenDone(store.getAll(), give)).catch(() => []);
  const old = kept.filter((change) => change.at < Date.now() - LIFE);
  await forget(old);
  return [...kept.filter((change) => !old.includes(change)), ...memory].filter((c) => ofBox(c.box));
}

/** @param {string} box */
export async function waiting(box) {
  const changes = await all((one) => one === box);
  return changes.filter((change) => !change.became && !judged.has(change.fields.move_id));
}

/** Whether these outlive a closed tab. @param {Change[]} changes */
export const isKept = (changes) => changes.every((change) => change.n);

// -- One tab at a time -----------------------------------------------------------------------------

const me = String(crypto.getRandomValues(new Uint32Array(1))[0]);

/** Claim the box for a while, or give it back; false where another tab has it. @param {string} box */
async function claim(box, release = false) {
  return within("claims", (store, give) => {
    const asked = store.get(box);
    asked.onsuccess = () => {
      const { by, until } = asked.result ?? { by: me, until: 0 };
      const now = Date.now();
      // One that ends too far ahead was made before the clock of this device was set back.
      const free = by === me || until < now || until > now + 2 * CLAIM;
      if (free) store.put({ by: me, until: release ? 0 : now + CLAIM }, box);
      give(free);
    };
  }).catch(() => true); // nothing is shared where nothing is stored
}

/**
 * Do the work while no other tab does it; the browser's own locks are there on https only.
 * @param {string} box
 * @param {(still: () => Promise<boolean>) => Promise<boolean>} work
 */
async function alone(box, work) {
  if (navigator.locks) return navigator.locks.request(`outbox ${box}`, () => work(async () => true));
  try {
    return await work(() => claim(box));
  } finally {
    await claim(box, true);
  }
}

// -- Delivery --------------------------------------------------------------------------------------

/**
 * A request that does not wait for ever, neither for its answer nor for the end of it. Throws where
 * nobody answered. `ours`: it is our server that speaks, not something on the way to it.
 * @param {string} url
 * @param {RequestInit} options
 */
export async function ask(url, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(url, { ...options, signal: stop.signal });
    const text = await answer.text();
    const ours = answer.headers.has("X-Request-ID");
    return { status: answer.status, ok: answer.ok, redirected: answer.redirected, ours, text };
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} text */
function read(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/**
 * Post a move once. Returns what became of it, or null where nobody of ours has judged it; with
 * `again` where our server failed at it or would not hear it.
 * @param {string} url
 * @param {Record<string, string>} fields
 * @param {string} token
 * @returns {Promise<Became | null>}
 */
export async function post(url, fields, token) {
  let answer;
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    answer = await ask(url, { method: "POST", headers, body: new URLSearchParams(fields) });
  } catch {
    return null;
  }
  const { status = "", sentence = "", at = "", revision = 0 } = read(answer.text);
  const kept = answer.ok && (status === "kept" || status === "again");
  if (kept || status === "refused") return { kept, sentence, why: "", at, revision };
  // A page that stands in the way, of a school's proxy or of a wifi's sign-in, is no answer of ours;
  // nor is that of a server that starts, or is asked too much.
  if (!answer.ours || answer.status === 429 || answer.status > 500) return null;
  return { ...gone, sentence, again: true };
}

/**
 * Deliver what waits in this box. Returns whether nothing waits any more; where it does, the caller
 * fetches the page anew (and so the token) and comes back in a few seconds.
 * @param {string} box
 * @param {() => string} token  the page's present one against forgery
 */
export async function deliver(box, token) {
  return alone(box, async (still) => {
    for (;;) {
      const changes = await waiting(box);
      const [next] = changes;
      if (!next) return true;
      if (!(await still())) return false;
      const isLate = next.until && Date.now() > next.until;
      const became = isLate ? late : await post(next.url, next.fields, token());
      const tries = (next.tries ?? 0) + (became?.again ? 1 : 0);
      next.tries = tries;
      if (!became || (became.again && tries < TRIES)) {
        for (const change of changes) await save(Object.assign(change, { late: true }));
        return false;
      }
      judged.add(next.fields.move_id);
      if (became.kept) [lastKept, lastRevision] = [became.at, became.revision];
      // One that was kept at once needs no more words; of the others the person is told.
      if (became.kept && !next.late) await forget([next]);
      else await save(Object.assign(next, { became }));
    }
  });
}
