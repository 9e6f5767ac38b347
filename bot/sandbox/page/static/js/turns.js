// The right side: each turn of this conversation as a waterfall, and what it cost.

import { snippet } from "./bubble.js";
import { clockTime, h } from "./dom.js";
import { costs, duration, usd, waterfall } from "./waterfall.js";

export class Turns {
  #open = new Map();
  #sign = "";

  constructor(store) {
    this.store = store;
    this.panel = document.getElementById("turns");
    this.sum = h("p", { class: "sum" });
    this.list = h("ol", { class: "turn-list", tabIndex: 0, "aria-label": "Turns, newest first" });
    this.panel.append(h("header", {}, h("h2", {}, "Turns"), this.sum), this.list);
  }

  draw() {
    const { store } = this;
    const here = store.board.turns.filter((report) => report.conversation === store.conversation);
    const isRunning = Boolean(store.shown("draft") || store.shown("action")) && store.board.mind !== "unknown";
    const sign = JSON.stringify([store.conversation, store.board.mind, isRunning, here.map((report) => [report.id, this.#cause(report)?.message_id, report.calls])]);
    if (sign === this.#sign) return;
    this.#sign = sign;
    const focused = document.activeElement?.closest("#turns details[data-turn]")?.dataset.turn;
    const newest = here.at(-1)?.id;
    const items = here.map((report) => this.#turn(report, report.id === newest)).reverse();
    if (isRunning) items.unshift(h("li", { class: "turn running" }, h("span", { class: "pulse" }), "A turn is running …"));
    this.list.replaceChildren(...(items.length ? items : [h("li", { class: "no-turns" }, this.#nothing())]));
    if (focused) this.list.querySelector(`[data-turn="${focused}"] > summary`)?.focus({ preventScroll: true });
    this.#drawSum(here);
  }

  #nothing() {
    if (this.store.board.mind === "unknown") return "The bot that answers here was not started by “parley sandbox”, so its stages are not known.";
    return "Say something. Each answer then appears here with every stage, its time and its price.";
  }

  #drawSum(reports) {
    const { known_usd: known, unknown } = costs(reports.flatMap(({ calls }) => calls));
    const rehearsed = this.store.board.mind === "rehearsal";
    this.sum.replaceChildren(...(reports.length ? [
      `${reports.length} ${reports.length === 1 ? "turn" : "turns"} · `, h("strong", {}, usd(known)),
      unknown.length ? ` + ${unknown.join(", ")}` : "", rehearsed ? h("small", {}, "rehearsed prices: nothing was paid") : null,
    ].filter(Boolean) : []));
  }

  #turn(report, isNewest) {
    const flow = waterfall(report);
    const cause = this.#cause(report);
    const { known_usd: known, unknown } = costs(report.calls);
    const details = h("details", { open: this.#open.get(report.id) ?? isNewest, "data-turn": report.id },
      h("summary", { onclick: () => this.#open.set(report.id, !details.open) },
        h("span", { class: "turn-title" }, cause ? snippet(cause) : flow.isVoice ? "Voice" : "Text"),
        h("span", { class: "turn-facts" }, h("span", { class: `ending ${report.state}` }, report.state === "done" ? "" : report.state),
          h("strong", { class: "total" }, duration(flow.total)),
          h("span", { class: "cost" }, usd(known), unknown.length ? h("span", { title: `The price of ${unknown.join(" and ")} is not known yet` }, " +?") : null))),
      chart(flow), this.#prices(report, unknown), stages(report));
    return h("li", { class: "turn" }, details);
  }

  /** The message that this turn answers, while the page still has it. */
  #cause(report) {
    return this.store.messages.find((message) => message.message_id === report.message_id);
  }

  #prices(report, unknown) {
    if (!report.calls.length) return h("p", { class: "prices none" }, "Nothing was asked of a paid service.");
    const grouped = new Map();
    for (const call of report.calls) {
      const key = `${call.kind} ${call.model}`;
      grouped.set(key, [...(grouped.get(key) ?? []), call]);
    }
    const rows = [...grouped.values()].map((calls) => {
      const { known_usd: sum, unknown: untold } = costs(calls);
      const price = untold.length ? "not known yet" : usd(sum);
      return h("tr", {}, h("th", { scope: "row" }, calls[0].kind, calls.length > 1 ? ` × ${calls.length}` : ""), h("td", {}, calls[0].model), h("td", {}, price));
    });
    return h("div", { class: "prices" }, h("table", {}, h("caption", {}, "Paid calls"), h("tbody", {}, rows)),
      unknown.length ? h("p", {}, `The service tells the price of ${unknown.join(" and ")} a little later.`) : null);
  }
}

function chart({ rows, total }) {
  const scale = Math.max(total, ...rows.map(({ at }) => at)) || 1;
  return h("ul", { class: "waterfall", "aria-label": "Stages" }, rows.map((row) => {
    const track = h("span", { class: "track", "aria-hidden": "true" }, row.bars.map(({ from, until }) => {
      const bar = h("i", { class: `bar ${row.name}` });
      bar.style.left = `${(Math.min(from, until) / scale) * 100}%`;
      bar.style.width = `${(Math.abs(until - from) / scale) * 100}%`;
      return bar;
    }));
    return h("li", { title: row.bars.map(({ from, until }) => `${duration(from)} → ${duration(until)}`).join("\n") },
      h("span", { class: "stage" }, row.label), track, h("span", { class: "at" }, duration(row.at)));
  }));
}

function stages(report) {
  return h("details", { class: "stages" }, h("summary", {}, `All stages, from ${clockTime(report.received_at_ms)}`),
    h("table", {}, h("tbody", {}, report.trace.map(([at, stage, facts]) => h("tr", {},
      h("td", {}, duration(at)), h("th", { scope: "row" }, stage.replaceAll(/[._]/g, " ")),
      h("td", {}, Object.entries(facts).map(([name, value]) => `${name} ${typeof value === "number" && !Number.isInteger(value) ? value.toFixed(2) : Array.isArray(value) ? value.join(", ") : value}`).join(" · ")))))));
}
