// The page of an application: loads itself anew as soon as another step is over.
const { look, done } = document.getElementById("progress").dataset;

async function lookAgain() {
  try {
    const answer = await fetch(look, { cache: "no-store" });
    if (answer.ok && String((await answer.json()).done) !== done) {
      location.reload();
      return;
    }
  } catch {
    // No network for a moment; the next look may fare better.
  }
  setTimeout(lookAgain, 2000);
}

setTimeout(lookAgain, 2000);
