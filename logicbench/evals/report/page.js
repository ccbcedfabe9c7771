"use strict";
// Model text is hostile: it enters the page through textContent alone.
const root = document.documentElement;
const byId = (id) => document.getElementById(id);

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

// Theme: the system's until the button is pressed.
function storedTheme(value) {
  try {
    if (value) localStorage.setItem("logicbench-theme", value);
    return localStorage.getItem("logicbench-theme");
  } catch { return value; }
}
if (storedTheme()) root.dataset.theme = storedTheme();
byId("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = storedTheme(dark ? "light" : "dark") || (dark ? "light" : "dark");
});

// Packed data: base64 of gzip of JSON.
async function unpack(node) {
  const bytes = Uint8Array.from(atob(node.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const WORDS = JSON.parse(byId("outcome-words").textContent);
const ROW = 54;
const KEPT = 24; // chunks held open

class Chunks {
  constructor(size) { this.size = size; this.open = new Map(); }
  async get(number) {
    if (!this.open.has(number)) {
      this.open.set(number, unpack(byId(`chunk-${number}`)));
      if (this.open.size > KEPT) this.open.delete(this.open.keys().next().value);
    }
    return this.open.get(number);
  }
  async entry(place) {
    const chunk = await this.get(Math.floor(place / this.size));
    const sample = chunk.samples[place % this.size];
    return { ...sample, problem: chunk.problems[sample.problem] };
  }
}

class Browser {
  constructor(index) {
    this.index = index;
    this.count = index.kind.length;
    this.chunks = new Chunks(index.chunk);
    this.pool = [];
    this.selected = -1; // place among all
    this.search = null; // Uint8Array of matches, or null
    this.query = 0;
    this.needle = "";
    this.list = byId("list"); this.rows = byId("rows"); this.detail = byId("detail"); this.frame = byId("browse");
    this.outcomes = new Set(index.outcomes.keys());
    this.makeFilters();
    this.list.addEventListener("scroll", () => this.draw(), { passive: true });
    this.list.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.list);
    this.filter();
  }

  makeFilters() {
    const { index } = this, chips = byId("chips"), counts = new Array(index.outcomes.length).fill(0);
    for (const code of index.outcome) counts[code] += 1;
    index.outcomes.forEach((name, code) => {
      if (!counts[code]) return;
      const chip = make("button", `chip c-${name}`, `${WORDS[name]} ${counts[code].toLocaleString("en")}`);
      chip.type = "button"; chip.dataset.outcome = name; chip.setAttribute("aria-pressed", "true");
      chip.addEventListener("click", () => {
        // A first press shows that outcome alone; once some are hidden, presses add and take away.
        const all = this.outcomes.size === index.outcomes.length;
        if (all) this.outcomes = new Set([code]);
        else if (this.outcomes.has(code)) this.outcomes.delete(code); else this.outcomes.add(code);
        if (!this.outcomes.size || counts.every((n, each) => !n || this.outcomes.has(each))) this.outcomes = new Set(index.outcomes.keys());
        for (const other of chips.children) other.setAttribute("aria-pressed", this.outcomes.has(index.outcomes.indexOf(other.dataset.outcome)));
        this.filter();
      });
      chips.append(chip);
    });
    ["family", "task", "surface"].forEach((what, column) => {
      const select = byId(what), values = [...new Set(index.kinds.map((kind) => kind[column]))];
      for (const value of values) select.append(new Option(value, value));
      select.hidden = values.length < 2;
      select.addEventListener("change", () => this.filter());
    });
    index.others.forEach((other, number) => {
      for (const what of ["lost", "gained", "different"]) byId("change").append(new Option(`${what} in ${other.name}`, `${number} ${what}`));
    });
    byId("change").hidden = !index.others.length;
    for (const id of ["hardness-from", "hardness-to", "order", "change"]) byId(id).addEventListener("input", () => this.filter());
    byId("hardness").hidden = index.hardness.every((score) => score === null);
    let timer = 0;
    byId("search").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => this.find(), 220); });
    byId("back").addEventListener("click", () => { this.frame.classList.remove("open"); this.draw(); this.list.focus(); });
  }

  async find() {
    const needle = byId("search").value.trim().toLowerCase(), query = ++this.query;
    this.needle = needle;
    if (!needle) { this.search = null; this.filter(); return; }
    const found = new Uint8Array(this.count), pieces = Math.ceil(this.count / this.index.chunk);
    for (let number = 0; number < pieces; number += 1) {
      const chunk = this.chunks.open.get(number) || unpack(byId(`chunk-${number}`));
      const { problems, samples } = await chunk;
      if (query !== this.query) return;
      const asked = problems.map((problem) => `${problem.id}\n${problem.prompt}`.toLowerCase().includes(needle));
      samples.forEach((sample, offset) => {
        if (asked[sample.problem] || sample.parts.some((part) => part.toLowerCase().includes(needle))) found[number * this.index.chunk + offset] = 1;
      });
      if (number % 16 === 15) byId("count").textContent = `searching… ${Math.round(100 * number / pieces)} %`;
    }
    this.search = found;
    this.filter();
  }

  filter() {
    const { index } = this, wanted = ["family", "task", "surface"].map((what) => byId(what).value);
    const kinds = index.kinds.map((kind) => wanted.every((value, column) => !value || kind[column] === value));
    const [from, to] = ["hardness-from", "hardness-to"].map((id) => parseFloat(byId(id).value));
    const change = this.change();
    this.view = [];
    for (let place = 0; place < this.count; place += 1) {
      if (!kinds[index.kind[place]] || !this.outcomes.has(index.outcome[place])) continue;
      const score = index.hardness[place];
      if (from > 0 && !(score >= from)) continue;
      if (to < 1 && !(score <= to)) continue;
      if (this.search && !this.search[place]) continue;
      if (change && !change(place)) continue;
      this.view.push(place);
    }
    const order = byId("order").value, by = { hardest: (p) => -(index.hardness[p] ?? -1), easiest: (p) => index.hardness[p] ?? 2, longest: (p) => -index.tokens[p], shortest: (p) => index.tokens[p] }[order];
    if (by) this.view.sort((a, b) => by(a) - by(b) || a - b);
    byId("count").textContent = `${this.view.length.toLocaleString("en")} of ${this.count.toLocaleString("en")}`;
    this.rows.style.height = `${this.view.length * ROW}px`;
    this.list.scrollTop = 0;
    this.draw();
  }

  change() {
    const [number, what] = byId("change").value.split(" "), { index } = this;
    if (!what) return null;
    const there = index.others[number].outcome, right = index.outcomes.indexOf("correct");
    return (place) => {
      const before = index.outcome[place], after = there[place];
      if (after < 0) return false;
      if (what === "different") return before !== after;
      return what === "lost" ? before === right && after !== right : before !== right && after === right;
    };
  }

  draw() {
    const first = Math.max(0, Math.floor(this.list.scrollTop / ROW) - 4);
    const last = Math.min(this.view.length, first + Math.ceil(this.list.clientHeight / ROW) + 9);
    while (this.pool.length < last - first) this.pool.push(this.makeRow());
    this.pool.forEach((row, number) => {
      const at = first + number;
      row.hidden = at >= last;
      if (!row.hidden) this.fillRow(row, at);
    });
  }

  makeRow() {
    const row = make("div", "row"), line = make("div");
    row.setAttribute("role", "option");
    line.append(make("i"), make("span", "what"), make("span", "cost"));
    row.append(line, make("span", "says"));
    row.addEventListener("click", () => this.select(Number(row.dataset.at)));
    this.rows.append(row);
    return row;
  }

  fillRow(row, at) {
    const { index } = this, place = this.view[at], [family, task, surface] = index.kinds[index.kind[place]];
    const outcome = index.outcomes[index.outcome[place]], score = index.hardness[place];
    row.dataset.at = at;
    row.style.top = `${at * ROW}px`;
    row.setAttribute("aria-selected", place === this.selected);
    const [mark, what, cost] = row.firstChild.children;
    mark.className = `c-${outcome}`; mark.title = WORDS[outcome];
    what.textContent = `${family}:${task} @${surface} · ${index.problem[place] + 1}${index.sample[place] ? `.${index.sample[place] + 1}` : ""}`;
    cost.textContent = `${score === null ? "" : `h ${score.toFixed(2)} · `}${index.tokens[place].toLocaleString("en")} tok`;
    row.lastChild.textContent = index.answer[place] || " ";
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (!step || !this.view.length) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(this.view.length - 1, this.view.indexOf(this.selected) + step));
    const top = at * ROW;
    if (top < this.list.scrollTop) this.list.scrollTop = top;
    if (top + ROW > this.list.scrollTop + this.list.clientHeight) this.list.scrollTop = top + ROW - this.list.clientHeight;
    this.select(at, false);
  }

  async select(at, open = true) {
    const place = this.selected = this.view[at];
    this.draw();
    const entry = await this.chunks.entry(place);
    if (place !== this.selected) return;
    this.show(place, entry);
    if (open) this.frame.classList.add("open");
  }

  show(place, entry) {
    const { index } = this, [family, task, surface] = index.kinds[index.kind[place]];
    const outcome = index.outcomes[index.outcome[place]], body = byId("sample");
    body.replaceChildren();
    body.append(make("h3", "", `${family}:${task} @${surface}, problem ${index.problem[place] + 1}, completion ${index.sample[place] + 1}`));
    const facts = make("div", "facts");
    facts.append(make("span", `badge c-${outcome}`, WORDS[outcome]));
    const thinking = index.thinking[place];
    const lines = [
      index.hardness[place] !== null && `hardness ${index.hardness[place]}`,
      `${index.tokens[place].toLocaleString("en")} tokens${thinking ? `, ${thinking.toLocaleString("en")} of them thinking` : ""}`,
      `ended by ${entry.finish}`,
      entry.label !== undefined && `label ${entry.label}`,
      entry.progress !== undefined && `progress ${entry.progress.toFixed(2)}`,
      entry.logprob !== undefined && `log-probability ${entry.logprob}`,
      entry.seconds !== undefined && `${entry.seconds} s`,
      entry.problem.id,
      ...index.others.map((other) => other.outcome[place] >= 0 && `${WORDS[index.outcomes[other.outcome[place]]]} in ${other.name}`),
    ];
    for (const line of lines) if (line) facts.append(make("span", "", line));
    body.append(facts);
    if (entry.error) body.append(make("p", "wrong", entry.error));
    this.block(body, "Prompt", entry.problem.prompt);
    const [before, thought, after] = entry.parts;
    if (before) this.block(body, "Completion", before);
    if (thought) this.fold(body, `Thinking${entry.closed ? "" : ", unfinished"}`, thought, this.needle && thought.toLowerCase().includes(this.needle));
    if (after || !(before || thought)) this.block(body, thought ? "Answer after thinking" : "Completion", after);
    if (entry.read !== undefined) this.block(body, `Read as the final answer${entry.rule ? ` (rule: ${entry.rule})` : ""}`, entry.read);
    if (entry.notes) body.append(make("p", "soft small", `forgiven: ${entry.notes.join("; ")}`));
    if (entry.violations) {
      body.append(make("h4", "", "What is wrong"));
      const list = make("ul", "wrong");
      for (const words of entry.violations) list.append(make("li", "", words));
      if (entry.more) list.append(make("li", "", `and ${entry.more} more`));
      body.append(list);
    }
    if (entry.problem.reference !== null) this.fold(body, "A right answer", entry.problem.reference, true);
    this.detail.scrollTop = 0;
  }

  block(body, title, text) {
    body.append(make("h4", "", title), this.marked(text));
  }

  fold(body, title, text, open) {
    const fold = make("details");
    fold.open = Boolean(open);
    fold.append(make("summary", "", title), this.marked(text));
    body.append(fold);
  }

  marked(text) {
    const node = make("pre"), lower = this.needle ? text.toLowerCase() : "";
    let from = 0;
    if (this.needle && lower.length === text.length) {
      for (let at = lower.indexOf(this.needle), n = 0; at >= 0 && n < 500; at = lower.indexOf(this.needle, from), n += 1) {
        node.append(text.slice(from, at), make("mark", "", text.slice(at, at + this.needle.length)));
        from = at + this.needle.length;
      }
    }
    node.append(text.slice(from));
    return node;
  }
}

unpack(byId("index")).then((index) => {
  window.browser = new Browser(index);
  if (innerWidth > 760 && window.browser.view.length) window.browser.select(0, false);
}).catch((error) => {
  byId("count").textContent = `the completions cannot be shown here: ${error.message}`;
});
