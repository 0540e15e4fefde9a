"use strict";
// Filters the units of a place as you type or by group; a long table is folded to its marked and first rows.
(() => {
  const table = document.getElementById("dots"), field = document.getElementById("filter");
  const told = document.getElementById("shown"), more = document.getElementById("more");
  const rows = [...table.querySelectorAll("tr[data-key]")], buttons = [...document.querySelectorAll("[data-show]")];
  const roles = { "thead, tbody": "rowgroup", tr: "row", td: "cell", "[scope=row]": "rowheader", "th:not([scope=row])": "columnheader" };
  table.setAttribute("role", "table"); // a browser may forget what these are where rows fold
  for (const [parts, role] of Object.entries(roles)) for (const part of table.querySelectorAll(parts)) part.setAttribute("role", role);
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  let chosen = "all", isFolded = rows.length >= Number(table.dataset.folded);

  const fits = (row, terms) => (chosen === "all" || (chosen === "marked" ? "marked" in row.dataset : row.dataset.group === chosen))
    && terms.every((term) => row.dataset.key.includes(term));
  const show = () => {
    const terms = plain(field.value).split(/\s+/).filter(Boolean);
    const isAll = chosen === "all" && !terms.length;
    rows.forEach((row, at) => {
      row.hidden = !fits(row, terms) || (isAll && isFolded && at >= Number(table.dataset.first) && !("marked" in row.dataset));
    });
    const n = new Set(rows.filter((row) => !row.hidden).map((row) => row.dataset.key)).size;
    told.textContent = isAll ? "" : (n === 1 ? told.dataset.one : told.dataset.many.replace("{n}", n));
    more.hidden = !(isAll && isFolded);
    for (const part of table.tBodies) part.hidden = !part.querySelector("tr[data-key]:not([hidden])");
  };
  field.addEventListener("input", show);
  for (const button of buttons) button.addEventListener("click", () => {
    chosen = button.dataset.show;
    for (const each of buttons) each.setAttribute("aria-pressed", each === button);
    show();
  });
  more.querySelector("button").addEventListener("click", () => { isFolded = false; show(); });
  document.getElementById("find").hidden = false;
  show();
})();
