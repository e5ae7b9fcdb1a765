// The page where people wait between the activities of a meeting: look again every few seconds, and
// follow when the next one is open. Without script there is a link that does the same.
const EVERY = 6000; // milliseconds

/** Ask where the door leads now; go there when that is somewhere else. */
async function look() {
  const link = document.getElementById("again");
  if (!(link instanceof HTMLAnchorElement) || document.hidden) return;
  try {
    const answer = await fetch(link.href, { cache: "no-store" });
    if (answer.ok && answer.url !== link.href) location.assign(answer.url);
  } catch {
    // No network at the moment: the next look may find it.
  }
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
