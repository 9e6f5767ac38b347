// Choosing a place on the globe to send.

import { coordinates } from "./media.js";
import { h, icon, iconButton } from "./dom.js";
import { toast } from "./toast.js";

const PLACES = [
  ["Brandenburg Gate, Berlin", 52.5163, 13.3777],
  ["Table Mountain, Cape Town", -33.9628, 18.4098],
  ["Golden Gate Bridge, San Francisco", 37.8199, -122.4783],
];
const PATIENCE_MS = 10_000;

/** {latitude, longitude} of “52.5163, 13.3777”; null for anything else. */
export function parsed(words) {
  const found = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(words);
  if (!found) return null;
  const [latitude, longitude] = [Number(found[1]), Number(found[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}

export class LocationChoice {
  constructor({ onplace }) {
    this.onplace = onplace;
    this.field = h("input", { type: "text", id: "coordinates", autocomplete: "off", placeholder: "52.5163, 13.3777", inputMode: "text", oninput: () => this.field.setCustomValidity("") });
    const own = h("form", { onsubmit: (event) => this.#submit(event) },
      h("label", { for: "coordinates" }, "Latitude, longitude"), h("div", {}, this.field, h("button", { type: "submit" }, "Send")));
    this.box = h("dialog", { id: "location-choice", "aria-labelledby": "location-title" },
      h("header", {}, h("h2", { id: "location-title" }, "Send a location"), iconButton("close", "Close", () => this.box.close())),
      h("ul", {}, PLACES.map(([name, latitude, longitude]) => h("li", {}, this.#choice(name, coordinates(latitude, longitude), () => this.#chosen({ latitude, longitude })))),
        h("li", {}, this.#choice("Where I am", "asks the browser", () => this.#here()))), own);
    this.box.addEventListener("click", ({ target }) => target === this.box && this.box.close());
    document.body.append(this.box);
  }

  open() {
    this.field.value = "";
    this.box.showModal();
  }

  #choice(name, about, onclick) {
    return h("button", { type: "button", onclick }, icon("pin"), h("span", {}, h("strong", {}, name), h("small", {}, about)));
  }

  #chosen(place) {
    this.box.close();
    this.onplace(place);
  }

  #submit(event) {
    event.preventDefault();
    const place = parsed(this.field.value);
    if (place) {
      this.#chosen(place);
      return;
    }
    this.field.setCustomValidity("Two numbers with a comma between them, such as 52.5163, 13.3777");
    this.field.reportValidity();
  }

  #here() {
    const refused = () => toast("The browser does not tell where you are. Choose a place or write its coordinates.");
    if (!navigator.geolocation) {
      refused();
      return;
    }
    navigator.geolocation.getCurrentPosition(({ coords }) => this.#chosen({ latitude: coords.latitude, longitude: coords.longitude }), refused, { timeout: PATIENCE_MS });
  }
}
