// A page that waits for a phone. It counts the seconds, asks every three of them whether it must go
// on waiting, and is then fetched anew: what became of it is for the page to say.
const line = document.getElementById("waiting");
const shown = document.getElementById("seconds");
let left = Number(shown.textContent);
let ticks = 0;

async function mustGoOn() {
  try {
    const answer = await fetch(line.dataset.state, { cache: "no-store" });
    if (!answer.ok) {
      return answer.status >= 500;
    }
    const state = await answer.json();
    left = state.seconds;
    return state.waiting;
  } catch {
    // Offline for a moment: the next time will tell.
    return true;
  }
}

const clock = setInterval(async () => {
  left = Math.max(0, left - 1);
  shown.textContent = String(left);
  ticks += 1;
  if (ticks % 3 === 0 && !(await mustGoOn())) {
    clearInterval(clock);
    location.reload();
  }
}, 1000);
