// Puts the page together and draws what changed.

import { firstPerson, token } from "./api.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { Drawers } from "./drawers.js";
import { Empty } from "./empty.js";
import { Head } from "./head.js";
import { Places } from "./places.js";
import { setScene } from "./scene.js";
import { Store } from "./store.js";
import { Timeline } from "./timeline.js";
import { Turns } from "./turns.js";
import { Viewer } from "./viewer.js";
import "./solo.js";

/** Where we were, as the address remembers it: #person/chat/thread. */
function remembered() {
  const [person, chatId, threadId] = location.hash.slice(1).split("/").map(Number);
  return person ? { person, place: { chatId: chatId || person, threadId: threadId || null } } : null;
}

function remember(store) {
  const { chatId, threadId } = store.place;
  history.replaceState(null, "", `#${store.person}/${chatId}${threadId ? `/${threadId}` : ""}`);
}

function explain(title, words) {
  document.getElementById("app").replaceChildren(h("div", { class: "explain" }, h("h1", {}, title), h("p", {}, words)));
}

async function start() {
  const store = new Store();
  const state = await store.load();
  if (await setScene(state, firstPerson)) await store.load();
  const before = remembered();
  if (before && store.users.has(before.person)) {
    store.person = before.person;
    if (before.place.chatId > 0 || store.chats.has(before.place.chatId)) store.place = before.place;
  }
  const drawers = new Drawers();
  const composer = new Composer(store);
  const head = new Head(store, { drawers });
  const viewer = new Viewer(store, { onreply: (message) => composer.about("reply", message) });
  const timeline = new Timeline(store, {
    onreply: (message) => composer.about("reply", message),
    onedit: (message) => composer.about("edit", message),
    oncommand: (command) => composer.say(command),
    onopen: (message) => viewer.open(message),
  });
  timeline.handlers.openEyes = () => head.seesAll || head.toggleEyes();
  const places = new Places(store, { onchoice: () => drawers.close() });
  const turns = new Turns(store);
  const empty = new Empty(store, composer);
  const parts = [empty, timeline, viewer, head, places, turns];
  const draw = () => parts.forEach((part) => part.draw());

  store.addEventListener("changed", draw);
  store.addEventListener("turns", () => { turns.draw(); head.draw(); });
  store.addEventListener("connection", () => head.draw());
  store.addEventListener("sent", () => timeline.toEnd());
  store.addEventListener("moved", () => {
    remember(store);
    composer.moved();
    draw();
    composer.focus();
  });
  composer.moved();
  draw();
  timeline.toEnd();
  store.follow(state.last_event);
  document.body.dataset.ready = "true";
  composer.focus();
}

if (!token) explain("Which bot?", "Open the address that “make run” or “parley sandbox” printed: it names the bot of this rehearsal.");
else start().catch((error) => explain("The sandbox does not answer", `${error.message} Start it again with “make run” and open the address that it prints.`));
