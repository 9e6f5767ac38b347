// The first furniture of an empty world: three people, a group and a forum. And the way to more.

import { post } from "./api.js";

const CAST = [
  { id: 1, first_name: "Ada", username: "ada" },
  { id: 2, first_name: "Ben", username: "ben" },
  { id: 3, first_name: "Chloe", username: "chloe" },
];
const GROUP = { type: "supergroup", id: -1002000000101, title: "Kitchen table" };
const FORUM = { type: "forum", id: -1002000000102, title: "Workshop" };
const TOPICS = ["Ideas", "Errands"];

/** Set the scene in a world that has none. True when something was added. */
export async function setScene(state, person) {
  const known = new Set(state.users.filter((user) => user.first_name !== `User ${user.id}`).map((user) => user.id));
  const wanted = [...CAST];
  if (!CAST.some((one) => one.id === person)) wanted.unshift({ id: person, first_name: `Guest ${person}` });
  const missing = wanted.filter((one) => !known.has(one.id));
  for (const one of missing) await post("users", one);
  const hasGroups = state.chats.some((chat) => chat.id < 0);
  if (!hasGroups) {
    await post("chats", GROUP);
    const { chat_id: forum } = await post("chats", FORUM);
    for (const name of TOPICS) await post(`chats/${forum}/topics`, { name, from: person });
  }
  return missing.length > 0 || !hasGroups;
}

export async function addPerson(users) {
  const id = Math.max(0, ...users.keys()) + 1;
  await post("users", { id, first_name: `Guest ${id}`, username: `guest_${id}` });
  return id;
}

export async function addGroup(count) {
  return (await post("chats", { type: "supergroup", title: `Group ${count + 1}` })).chat_id;
}

export async function addTopic(chat, person) {
  const name = `Topic ${chat.topics.length + 1}`;
  return (await post(`chats/${chat.id}/topics`, { name, from: person })).thread_id;
}
