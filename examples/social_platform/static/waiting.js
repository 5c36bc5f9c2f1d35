// The page that shows a QR code: loads itself anew as soon as a phone has answered.
const { state } = document.getElementById("waiting").dataset;

async function look() {
  try {
    const answer = await fetch(state, { cache: "no-store" });
    if (answer.ok && !(await answer.json()).waiting) {
      location.reload();
      return;
    }
  } catch {
    // No network for a moment; the next look may fare better.
  }
  setTimeout(look, 2000);
}

setTimeout(look, 2000);
