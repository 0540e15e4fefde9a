"use strict";
// Finds units as you type: by Chinese name, pinyin, initials, English name; a name before a longer official name.
(() => {
  const places = JSON.parse(document.getElementById("data").textContent);
  const box = document.getElementById("search"), input = document.getElementById("query");
  const told = document.getElementById("found"), list = document.getElementById("hits");
  const MOST = 30, NAME = 0, SLUG = 1, ENGLISH = 2, PINYIN = 3, INITIALS = 4, OTHERS = 5, SAYS = 6;
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  let units;

  const prepare = () => places.flatMap((place) => {
    const around = plain(place.names.join(" "));
    return place.units.map((unit) => ({
      place, unit, around,
      own: [unit[NAME], unit[PINYIN], unit[INITIALS], plain(unit[ENGLISH])].filter(Boolean),
      others: plain(unit[OTHERS].join(" ")),
    }));
  });

  // How well a term fits: 0 is a name, 1 begins one, 2 begins a word of one, 3 is inside one; 4 another name, 5 the place.
  const rate = ({ own, others, around }, term) => {
    const isLatin = /^[a-z]+$/.test(term);
    const best = Math.min(9, ...own.map((name, at) =>
      name === term ? 0 : name.startsWith(term) ? 1 : name.includes(" " + term) ? 2
        : name.includes(term) && (!isLatin || (at !== 2 && term.length > 2)) ? 3 : 9));
    return best < 9 ? best : others.includes(term) ? 4 : around.includes(term) ? 5 : 9;
  };

  const find = (terms, whole) => units
    .map((unit, at) => {
      const rates = [Math.min(rate(unit, whole), 9), ...(terms.length > 1 ? terms.map((term) => rate(unit, term)) : [])];
      const [first, ...each] = rates;
      const parts = each.length && Math.min(...each) < 5 ? Math.max(...each) : 9;
      return { unit, at, rate: Math.min(first === 5 ? 9 : first, parts) };
    })
    .filter((found) => found.rate < 9)
    .sort((a, b) => a.rate - b.rate || a.at - b.at)
    .map((found) => found.unit);

  const showUnit = ({ place, unit }) => {
    const item = document.createElement("li"), more = document.createElement("span");
    const link = document.createElement(unit[SLUG] === null ? "b" : "a");
    const isEnglish = document.documentElement.lang === "en" && unit[ENGLISH];
    const printed = document.createElement("span");
    printed.lang = "zh-Hans";
    printed.className = "printed";
    printed.textContent = unit[NAME];
    link.append(...(isEnglish ? [unit[ENGLISH] + " ", printed] : [printed]));
    if (unit[SLUG] !== null) link.href = `${place.id}/units/${encodeURIComponent(unit[SLUG] || unit[NAME])}.html`;
    more.textContent = [place.names[0], unit[SAYS]].join(" · ");
    item.append(link, more);
    return item;
  };

  const search = () => {
    units ??= prepare();
    const whole = plain(input.value).trim().replace(/\s+/g, " "), terms = whole.split(" ").filter(Boolean);
    const found = terms.length ? find(terms, whole) : [];
    list.replaceChildren(...found.slice(0, MOST).map(showUnit));
    list.hidden = !found.length;
    const n = found.length;
    told.textContent = !terms.length ? told.dataset.key : !n ? told.dataset.none
      : n === 1 ? told.dataset.one
      : n > MOST ? told.dataset.more.replace("{n}", n).replace("{shown}", MOST) : told.dataset.many.replace("{n}", n);
  };

  box.hidden = false;
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") input.value = "", search();
    if (event.key === "Enter") list.querySelector("a")?.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
    event.preventDefault();
    input.focus();
  });
  if (input.value) search();
})();
