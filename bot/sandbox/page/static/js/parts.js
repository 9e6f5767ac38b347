// Elements that are drawn again and again: what did not change stays the very same element, with its
// focus, its playing sound and the finger that is just pressing it.

export class Parts {
  #known = new Map();
  #used = new Set();

  /** The element `name`, made anew only when `facts` are not those it was made from. */
  get(name, facts, make) {
    const sign = JSON.stringify(facts);
    let known = this.#known.get(name);
    if (known?.sign !== sign) {
      known = { sign, node: make() };
      this.#known.set(name, known);
    }
    this.#used.add(name);
    return known.node;
  }

  /** Forget the elements that nobody asked for since the last time. */
  sweep() {
    for (const name of [...this.#known.keys()]) if (!this.#used.has(name)) this.#known.delete(name);
    this.#used.clear();
  }
}

/** Make `nodes` the children of `parent` without touching those that are in place. */
export function arrange(parent, nodes) {
  const wanted = nodes.filter(Boolean);
  const staying = new Set(wanted);
  for (const child of [...parent.childNodes]) if (!staying.has(child)) child.remove();
  let next = parent.firstChild;
  for (const node of wanted) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
  return parent;
}
