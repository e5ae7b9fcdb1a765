// The pane: the part of a page that a group, or the whole room, sees alike. The stream says what
// changed in it, line by line, and the text of the page is made anew from that; live.js shows it.

const BEGIN = '<div id="pane">\n';
const END = '\n<span id="pane-ends"';

/** @type {{before: string, lines: string[], after: string} | null} */
let page = null;
/** What holds for the own seat, where the stream said so last. @type {Set<string> | null} */
let flags = null;

/**
 * The page as it was fetched. Changes follow on it. It is shown again with each of them, and an id
 * stands for one intention, so the ids of its forms are left out.
 * @param {string} fetched
 */
export function begin(fetched) {
  const text = fetched.replace(/(name="move_id" value=")\w+/g, "$1");
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  flags = null;
  page = null;
  if (from < 0 || to < from) return;
  const lines = text.slice(from + BEGIN.length, to).split("\n");
  page = { before: text.slice(0, from + BEGIN.length), lines, after: text.slice(to) };
}

/**
 * The text of the page after this change; null where it does not follow on what is here.
 * @param {{from: string, to: string, revision: number, lines: number, cuts: [number, number, string[]][], own?: string[]}} change
 */
export function change({ from, to, revision, lines, cuts, own }) {
  const signature = `data-signature="${from}"`;
  if (!page || page.lines.length !== lines || !page.before.includes(signature)) return null;
  for (const [first, past, fresh] of cuts.reverse()) page.lines.splice(first, past - first, ...fresh);
  page.before = page.before
    .replace(signature, `data-signature="${to}"`)
    .replace(/data-revision="\d+"/, `data-revision="${revision}"`);
  if (own) flags = new Set(own);
  return page.before + page.lines.join("\n") + page.after;
}

/** Show of the pane what is meant for the own seat. @param {HTMLElement} view */
export function flag(view) {
  for (const part of flags ? view.querySelectorAll("[data-only], [data-unless]") : []) {
    const { only, unless } = part.dataset;
    part.hidden = only ? !flags.has(only) : flags.has(unless);
  }
}
