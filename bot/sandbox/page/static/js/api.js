// The two servers behind the page: Telegram's stand-in and the board of turns.

const address = new URLSearchParams(location.search);
export const token = address.get("token") ?? "";
export const firstPerson = Number(address.get("person")) || 1;

const TELEGRAM = `/sandbox/telegram/${token}`;
const BOARD = `/sandbox/page/${token}`;

async function checked(answer) {
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error ?? `The sandbox answered ${answer.status}.`);
  return body;
}

export async function get(path) {
  return checked(await fetch(`${TELEGRAM}/${path}`));
}

export async function post(path, body) {
  return checked(await fetch(`${TELEGRAM}/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }));
}

/** Send a file as `kind` (voice, audio, photo, document, …). */
export async function upload(kind, file, name, fields) {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && value !== "") form.append(field, String(value));
  }
  form.append("file", file, name);
  return checked(await fetch(`${TELEGRAM}/${kind}`, { method: "POST", body: form }));
}

export async function board() {
  return checked(await fetch(BOARD));
}

export function fileUrl(file) {
  return `${TELEGRAM}/files/${encodeURIComponent(file.file_id)}`;
}

/** Follow what happens from event `after` on; reconnects by itself. */
export function follow(after, { onevent, onopen, onlost }) {
  const source = new EventSource(`${TELEGRAM}/events?after=${after}`);
  source.onmessage = (message) => onevent(JSON.parse(message.data));
  source.onopen = onopen;
  source.onerror = onlost;
  addEventListener("pagehide", () => source.close());
  return source;
}
