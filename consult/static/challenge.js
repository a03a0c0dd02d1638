// Works out the sum of a form (ALTCHA's first format) so that nobody has to answer its question. The digest is written out
// here because browsers offer theirs on https and localhost only, and an office may serve plain http in its own network.
// Enhancement only: where this does not run, the question stands there and is answered by its reader.

const K = new Uint32Array(64);
for (let n = 2, found = 0; found < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
  if (prime) K[found++] = (Math.cbrt(n) % 1) * 2 ** 32;
}
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const W = new Uint32Array(64);

// SHA-256 (FIPS 180-4) of short ASCII, as eight words.
function digest(text) {
  const length = text.length;
  const words = new Uint32Array((((length + 8) >> 6) + 1) << 4);
  for (let i = 0; i < length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
  words[length >> 2] |= 0x80 << (24 - (length % 4) * 8);
  words[words.length - 1] = length * 8;
  const h = START.slice();
  for (let at = 0; at < words.length; at += 16) {
    let [a, b, c, d, e, f, g, z] = h;
    for (let i = 0; i < 64; i++) {
      if (i < 16) W[i] = words[at + i];
      else {
        const x = W[i - 15];
        const y = W[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        W[i] = W[i - 16] + s0 + W[i - 7] + s1;
      }
      const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (z + S1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (S0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      z = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, z].forEach((value, i) => (h[i] = (h[i] + value) | 0));
  }
  return h;
}

const place = document.querySelector("[data-challenge]");
const form = place?.closest("form");
if (form) {
  const wanted = JSON.parse(place.dataset.challenge);
  const goal = wanted.challenge.match(/.{8}/g).map((part) => Number.parseInt(part, 16) | 0);
  const done = form.querySelector("[data-challenge-done]");
  let number = 0;
  let waiting = null;

  const finish = () => {
    form.elements.solution.value = btoa(JSON.stringify({ ...wanted, number }));
    place.hidden = true;
    if (done) done.hidden = false;
    if (waiting) form.requestSubmit(waiting.submitter);
  };
  // In short runs between which the page answers to its reader.
  const work = () => {
    const until = performance.now() + (waiting ? 40 : 8);
    while (performance.now() < until) {
      for (let i = 0; i < 50; i++, number++) {
        if (number > wanted.maxnumber) return; // nothing found: the question stays
        const found = digest(wanted.salt + number);
        if (found[0] === goal[0] && found.every((word, at) => word === goal[at])) return finish();
      }
    }
    setTimeout(work, waiting ? 0 : 8);
  };
  form.addEventListener("focusin", work, { once: true });
  // Sent before the sum is found and without an answer: it is sent as soon as it is found.
  form.addEventListener("submit", (event) => {
    if (form.elements.solution.value || form.elements.answer.value.trim()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (waiting) return;
    waiting = { submitter: event.submitter };
    const words = document.createElement("p");
    words.setAttribute("role", "status");
    words.textContent = place.dataset.waiting;
    place.after(words);
    if (number === 0) work();
  }, { capture: true });
}
