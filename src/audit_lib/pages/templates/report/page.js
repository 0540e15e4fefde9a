"use strict";
// Long tables can be sorted, a unit can be found in figures and tables, a link copied. The page is whole without this;
// words come from its data-* texts.
const pinyin = new Intl.Collator("zh");
const LONGEST = 15; // rows that a reader takes in at a glance

const NUMBER = /^[−+]?[\d,]+(\.\d+)?([–～][\d,.]+)?$/; // also a range, by its first number

function sortRows(rows, column, direction, missing) {
  const texts = rows.map((row) => row.cells[column].textContent.trim());
  const known = (text) => text !== "" && !missing.includes(text);
  const isNumber = texts.filter(known).every((text) => NUMBER.test(text));
  const read = (text) => (isNumber ? parseFloat(text.replaceAll(",", "").replace("−", "-")) : text);
  const compare = isNumber ? (a, b) => a - b : pinyin.compare;
  const keyed = rows.map((row, at) => [known(texts[at]) ? read(texts[at]) : null, row]);
  keyed.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : direction * compare(a, b)));
  return keyed.map(([, row]) => row);
}

function makeSortable(table, printed, words) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = words.sort;
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const next = { ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")] ?? "ascending";
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      if (next !== "none") head.setAttribute("aria-sort", next);
      const direction = next === "descending" ? -1 : 1;
      const sorted = next === "none" ? printed : sortRows(printed, column, direction, words.missing.split("|"));
      table.tBodies[0].append(...sorted);
    });
  });
}

function chooseRow(row) {
  for (const each of row.parentElement.rows) each.classList.toggle("chosen", each === row);
}

function addTools(frame) {
  const tools = frame.previousElementSibling?.matches(".tools") ? frame.previousElementSibling : document.createElement("p");
  tools.className = "tools";
  frame.before(tools);
  return tools;
}

// A matrix of places: a row that is clicked is set off, and its cells show the scores behind the places.
function makeMatrix(frame, words) {
  for (const row of frame.querySelectorAll(".places tbody tr")) row.addEventListener("click", () => chooseRow(row));
  const cells = [...frame.querySelectorAll(".places td[title]")];
  if (!cells.length) return;
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  label.append(box, " ", words.scores);
  addTools(frame).append(" ", label);
  box.addEventListener("change", () => {
    for (const cell of cells) [cell.textContent, cell.title] = [cell.title, cell.textContent];
  });
}

const words = document.querySelector("article").dataset;
for (const frame of document.querySelectorAll(".table")) {
  const table = frame.querySelector("table:not(.summary)");
  const rows = [...(table?.tBodies[0].rows ?? [])];
  if (rows.length > LONGEST) makeSortable(table, rows, words);
  makeMatrix(frame, words);
}

// The picture of a figure is its drawing in light colours, two pixels for each of the page.
for (const link of document.querySelectorAll("a.png")) {
  const drawing = link.nextElementSibling.getAttribute("href");
  link.hidden = false;
  link.addEventListener("click", async (event) => {
    if (link.href.startsWith("data:")) return;
    event.preventDefault();
    const image = new Image(), canvas = document.createElement("canvas");
    image.src = drawing.replace("@media screen", "@media print");
    await image.decode();
    [canvas.width, canvas.height] = [2 * image.naturalWidth, 2 * image.naturalHeight];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    link.href = canvas.toDataURL();
    link.click();
  });
}

for (const link of document.querySelectorAll("a.copy")) {
  link.addEventListener("click", async () => {
    const words = link.textContent;
    try {
      await navigator.clipboard.writeText(link.href);
    } catch {
      return; // the address bar has the link now
    }
    link.textContent = link.dataset.copied;
    setTimeout(() => { link.textContent = words; }, 2000);
  });
}

for (const link of document.querySelectorAll('a[href^="#"]')) {
  link.addEventListener("click", () => {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    for (let part = target?.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  });
}

const finder = document.querySelector("article > .find");
if (finder) {
  const units = JSON.parse(document.getElementById("units").textContent);
  const dots = [...document.querySelectorAll("svg [data-unit]")];
  const [field, found] = [finder.querySelector("input"), finder.querySelector("output")];
  const rank = ([name, keys], wanted) => {
    const words = keys.split(" ");
    if (words.some((word) => word === wanted)) return 0;
    if (words.some((word) => word.startsWith(wanted))) return 1;
    return keys.includes(wanted) ? 2 : 3;
  };
  finder.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const dot of dots) dot.classList.remove("found");
    found.replaceChildren();
    if (!wanted) return;
    const [best] = units.map((unit) => [rank(unit, wanted), unit]).filter(([at]) => at < 3).sort(([a], [b]) => a - b);
    if (!best) {
      found.textContent = finder.dataset.none;
      return;
    }
    const [name, , href] = best[1];
    const link = document.createElement("a");
    const own = dots.filter((dot) => dot.querySelector("title")?.textContent.startsWith(name));
    for (const dot of own) dot.classList.add("found");
    link.href = href;
    link.textContent = finder.dataset.more;
    for (const cell of document.querySelectorAll(".table tbody .text")) {
      if (cell.textContent.split(/, |、/).includes(name)) chooseRow(cell.closest("tr"));
    }
    found.append(own.length === 1 ? own[0].querySelector("title").textContent : name, " · ", link);
  });
}
