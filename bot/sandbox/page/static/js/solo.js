// One sound at a time: whatever starts to play silences what played before.

let playing = null;

// These events do not bubble, but they can be caught on their way down.
document.addEventListener("play", ({ target }) => {
  if (playing !== target) playing?.pause();
  playing = target;
}, true);
