// The pane: the part of a page that a group, or the whole room, sees alike. The stream says what
// changed in it, line by line, and the text of the page is made anew from that; live.js shows it.

const BEGIN = /<div id="pane" lang="([^"]*)">\n/;
const END = '\n<span id="pane-ends"';

/** @type {{language: string, before: string, lines: string[], after: string} | null} */
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
  const begins = text.match(BEGIN);
  const to = text.indexOf(END);
  flags = null;
  page = null;
  if (!begins || to < 0) return;
  const from = begins.index + begins[0].length;
  const lines = text.slice(from, to).split("\n");
  page = { language: begins[1], before: text.slice(0, from), lines, after: text.slice(to) };
}

/**
 * The text of the page after this change; null where it does not follow on what is here.
 * @param {{from: string, to: string, language: string, revision: number, lines: number, cuts: [number, number, string[]][], own?: string[]}} change
 */
export function change({ from, to, language, revision, lines, cuts, own }) {
  const signature = `data-signature="${from}"`;
  // Another tab may have chosen another language since the stream began.
  if (page?.language !== language || page.lines.length !== lines) return null;
  if (!page.before.includes(signature)) return null;
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
