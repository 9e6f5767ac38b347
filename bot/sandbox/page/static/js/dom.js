// Building elements: text never becomes markup here.

const ICONS = {
  mic: ["M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15Z", "M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21"],
  send: ["M12 19V5M5.5 11.5 12 5l6.5 6.5"],
  clip: ["m20 11.5-8.200 8.200a5 5 0 0 1-7.100-7.100l8.5-8.400a3.400 3.400 0 0 1 4.800 4.800L9.600 17.300a1.700 1.700 0 0 1-2.400-2.400l7.600-7.5"],
  close: ["M6 6l12 12M18 6 6 18"],
  menu: ["M4 7h16M4 12h16M4 17h10"],
  turns: ["M4 6h7M8 12h8M13 18h7"],
  reply: ["m9 7-5 5 5 5", "M4 12h9a7 7 0 0 1 7 7"],
  smile: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.5M15 9.5v.5"],
  edit: ["M4 20h4L19.5 8.5a2.100 2.100 0 0 0-3-3L5 17v3Z"],
  at: ["M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M16 8v5.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.5 7.100"],
  file: ["M7 3h7l5 5v11a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2Z", "M14 3v5h5"],
  plus: ["M12 5v14M5 12h14"],
  down: ["m6 10 6 6 6-6"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M4.5 20.5a7.5 7.5 0 0 1 15 0"],
  group: ["M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5a6.5 6.5 0 0 1 13 0", "M16 5a3.5 3.5 0 0 1 0 6.5M18 14a6.5 6.5 0 0 1 3.5 5.5"],
  topic: ["M10 4 8 20M16 4l-2 16M4.5 9h16M3.5 15h16"],
  download: ["M12 4v11M7 10.5l5 5 5-5M5 20h14"],
  pin: ["M12 21s7-6 7-11.300a7 7 0 0 0-14 0C5 15 12 21 12 21Z", "M12 12.500a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600Z"],
  left: ["m14.500 6-6 6 6 6"],
  right: ["m9.500 6 6 6-6 6"],
  trash: ["M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13"],
};
const SOLID = { play: "M8 5.300v13.400a.8.8 0 0 0 1.200.7l10.700-6.700a.8.8 0 0 0 0-1.400L9.200 4.600a.8.8 0 0 0-1.200.7Z", pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z" };
const SVG = "http://www.w3.org/2000/svg";

/** An element. `props` are properties, `aria-*`, `data-*`, `class`, and `on…` listeners. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value === true ? "true" : value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The same element, with CSS variables. */
export function styled(element, variables) {
  for (const [name, value] of Object.entries(variables)) element.style.setProperty(name, value);
  return element;
}

/** An element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function icon(name) {
  const drawn = svg("svg", { viewBox: "0 0 24 24", class: SOLID[name] ? "icon solid" : "icon", "aria-hidden": "true" });
  for (const path of SOLID[name] ? [SOLID[name]] : ICONS[name]) drawn.append(svg("path", { d: path }));
  return drawn;
}

/** A button that is only a picture; `label` is its name for everybody who can't see it. */
export function iconButton(name, label, onclick, more = {}) {
  return h("button", { type: "button", title: label, "aria-label": label, onclick, ...more, class: `icon-button ${more.class ?? ""}` }, icon(name));
}

export function clockTime(atMs) {
  return new Date(atMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** Seconds as m:ss. */
export function minutes(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function fileSize(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
