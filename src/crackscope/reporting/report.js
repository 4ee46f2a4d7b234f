"use strict";
const byId = (id) => document.getElementById(id);
const body = byId("rows");
const rows = [...body.rows];
const collator = new Intl.Collator(undefined, { numeric: true });

function filter() {
  const kind = byId("kind").value;
  const text = byId("text").value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const fits = !kind || row.classList.contains(kind);
    row.hidden = !(fits && row.dataset.name.toLowerCase().includes(text));
    shown += !row.hidden;
  }
  byId("count").textContent = `${shown} of ${rows.length} photos shown`;
}

function compare(key, a, b) {
  if (key === "name" || key === "taken") return collator.compare(a.dataset[key], b.dataset[key]);
  return Number(a.dataset[key]) - Number(b.dataset[key]);
}

function sortBy(head) {
  const key = head.dataset.key;
  const first = head.dataset.first;
  const other = first === "ascending" ? "descending" : "ascending";
  const order = head.getAttribute("aria-sort") === first ? other : first;
  for (const each of head.parentNode.cells) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const known = (row) => row.dataset[key] !== "";
  const sorted = [...rows].sort(
    (a, b) => known(b) - known(a) || sign * compare(key, a, b) || a.dataset.rank - b.dataset.rank,
  );
  body.append(...sorted);
}

function press(button, pressed) {
  button.setAttribute("aria-pressed", String(pressed));
  button.closest("tr").classList.toggle("bare", !pressed);
}

for (const head of document.querySelectorAll("th[data-key]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  button.addEventListener("click", () => sortBy(head));
  head.append(button);
}
const words = byId("table").dataset;  // once, not in each row of thousands
for (const term of document.querySelectorAll(".term")) {
  term.title = term.closest("li") ? words.found : words.photo;
}
const toggles = [...document.querySelectorAll("button.toggle")];
for (const button of toggles) {
  button.addEventListener("click", () => press(button, button.getAttribute("aria-pressed") !== "true"));
}
byId("heat").addEventListener("click", ({ currentTarget }) => {
  const pressed = currentTarget.getAttribute("aria-pressed") !== "true";
  currentTarget.setAttribute("aria-pressed", String(pressed));
  for (const button of toggles) press(button, pressed);
});
byId("kind").addEventListener("change", filter);
byId("text").addEventListener("input", filter);
document.documentElement.classList.add("scripted");
filter();
