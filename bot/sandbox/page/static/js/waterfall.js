// From the stages of a turn to bars: pure arithmetic, no elements.

const VOICE_KINDS = new Set(["transcription", "speech"]);

/** {total_ms, isVoice, ending, rows: [{name, label, bars: [{from, until}], at}]} of a report. */
export function waterfall(report) {
  const first = (stage) => report.trace.find(([, name]) => name === stage)?.[0] ?? null;
  const last = (stage) => report.trace.findLast(([, name]) => name === stage)?.[0] ?? null;
  const end = report.trace.at(-1)?.[0] ?? 0;
  const heard = first("heard");
  const asked = first("asked");
  const words = first("first_text") ?? first("first_token");
  const answered = last("answered");
  const failed = last("failed");
  const shown = last("text_delivered");
  const voiced = last("voice_delivered");
  const rows = [];
  const add = (name, label, bars) => {
    const real = bars.filter(({ from, until }) => from !== null && until !== null);
    if (real.length) rows.push({ name, label, bars: real, at: Math.max(...real.map(({ until }) => until)) });
  };
  add("hear", "Heard", [{ from: 0, until: heard }]);
  add("think", "First text", [{ from: asked, until: words ?? answered ?? failed }]);
  add("write", "Answered", [{ from: words, until: answered }]);
  add("speak", "Spoken", segments(report.trace));
  add("deliver", "Text delivered", [{ from: answered ?? words, until: shown }]);
  add("voice", "Voice delivered", [{ from: last("spoken"), until: voiced }]);
  add("failed", "Failed", [{ from: words ?? asked ?? heard ?? 0, until: failed }]);
  const total = Math.max(voiced ?? 0, shown ?? 0, failed ?? 0) || end;
  return { total, isVoice: heard !== null || report.calls.some(({ kind }) => VOICE_KINDS.has(kind)), rows };
}

/** One bar per spoken segment: from asking for it until it was there. */
function segments(trace) {
  const begun = new Map();
  const bars = [];
  for (const [at, stage, facts] of trace) {
    if (stage === "segment.requested") begun.set(facts.index, at);
    if (stage === "segment.received" && begun.has(facts.index)) bars.push({ from: begun.get(facts.index), until: at });
  }
  return bars;
}

/** {known_usd, unknown: ["speech", …]}: what the calls cost, and the kinds that told no price. */
export function costs(calls) {
  const paid = calls.filter(({ state }) => state !== "failed");
  const known = paid.reduce((sum, { cost_micro_usd: cost }) => sum + (cost ?? 0), 0);
  const unknown = [...new Set(paid.filter(({ cost_micro_usd: cost }) => cost === null).map(({ kind }) => kind))];
  return { known_usd: known / 1e6, unknown };
}

export function usd(amount) {
  if (amount === 0) return "$0";
  return amount < 0.01 ? `$${amount.toFixed(6).replace(/0+$/, "")}` : `$${amount.toFixed(4)}`;
}

export function duration(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
