// Shows one private conversation of the Telegram stand-in and writes into it.
const place = new URLSearchParams(location.search);
const token = place.get("token") ?? "";
const person = Number(place.get("person") ?? 1);
const base = `/sandbox/telegram/${token}`;
const list = document.getElementById("messages");
const state = document.getElementById("state");
const form = document.getElementById("form");
const text = document.getElementById("text");

function bubble(message) {
  const item = document.createElement("li");
  item.classList.toggle("mine", !message.outgoing);
  if (message.file) {
    const sound = document.createElement("audio");
    sound.controls = true;
    sound.src = `${base}/files/${message.file.file_id}`;
    item.append(sound);
  }
  item.append(message.text ?? "");
  return item;
}

function draw(chat) {
  const items = (chat?.messages ?? []).filter((message) => !message.deleted).map(bubble);
  if (chat?.draft?.text) {
    const draft = document.createElement("li");
    draft.className = "draft";
    draft.textContent = chat.draft.text;
    items.push(draft);
  }
  const atEnd = list.scrollTop + list.clientHeight > list.scrollHeight - 40;
  list.replaceChildren(...items);
  if (atEnd) list.scrollTop = list.scrollHeight;
  state.textContent = chat?.action ? chat.action.name.replace("_", " ") + " …" : "";
}

async function refresh() {
  const answer = await fetch(`${base}/state?chat_id=${person}`);
  if (answer.ok) draw((await answer.json()).chats.find((chat) => chat.id === person));
}

async function follow() {
  let after = 0;
  for (;;) {
    try {
      await refresh();
      const events = await (await fetch(`${base}/events?after=${after}&timeout=20`)).json();
      after = events.last;
    } catch {
      state.textContent = "the sandbox does not answer";
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (!words) return;
  text.value = "";
  await fetch(`${base}/messages`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ from: person, text: words }),
  });
});

follow();
