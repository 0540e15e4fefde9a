// Filters the page as you type: reports by place, period, question and answer; units by every name they have.
(() => {
  const places = JSON.parse(document.getElementById("data").textContent);
  const box = document.getElementById("search"), input = document.getElementById("query"), told = document.getElementById("found");
  const shown = document.getElementById("units-found"), list = shown.querySelector("ul");
  const MOST = 50;
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  let units, reports;

  const prepare = () => {
    units = places.flatMap((place) => {
      const around = plain(place.names.concat(place.periods).join(" "));
      return place.units.map((unit) => ({ place, unit, own: plain([unit[0], ...unit[2]].join(" ")), around }));
    });
    reports = [...document.querySelectorAll("#reports .report")].map((element) => {
      const period = element.closest(".period");
      const names = period.closest(".place").dataset.names;
      return { element, period, text: plain([names, period.dataset.period, element.textContent].join(" ")) };
    });
  };

  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);

  const showUnit = ({ place, unit: [name, slug, others, results] }) => {
    const item = document.createElement("li"), more = document.createElement("span");
    const link = document.createElement(slug === null ? "b" : "a");
    link.textContent = name;
    if (slug !== null) link.href = `${place.id}/units/${encodeURIComponent(slug || name)}.html`;
    const said = results.map(([period, score, tier]) =>
      [place.periods[period] + ":", score, place.tiers[tier]].filter((part) => part != null).join(" "));
    more.textContent = [place.names[0], ...said, ...others].join(" · ");
    item.append(link, " ", more);
    return item;
  };

  const search = () => {
    if (!units) prepare();
    const terms = plain(input.value).split(/\s+/).filter(Boolean);
    // A place or a period alone finds its reports; a unit is found by a name of its own.
    const found = terms.length ? units.filter(({ own, around }) =>
      terms.some((term) => own.includes(term)) && terms.every((term) => own.includes(term) || around.includes(term))) : [];
    const periods = new Set();
    let n = 0;
    for (const { element, period, text } of reports) {
      const fits = terms.every((term) => text.includes(term));
      element.hidden = !fits;
      if (fits) periods.add(period), n += 1;
    }
    for (const line of document.querySelectorAll("p.silent")) line.hidden = !line.querySelector(".report:not([hidden])");
    for (const period of document.querySelectorAll(".period")) period.hidden = !periods.has(period);
    for (const place of document.querySelectorAll(".place")) place.hidden = !place.querySelector(".period:not([hidden])");
    for (const row of document.querySelectorAll("tr[data-of]")) {
      row.hidden = !periods.has(document.getElementById(row.dataset.of).closest(".period"));
    }
    list.replaceChildren(...found.slice(0, MOST).map(showUnit));
    shown.hidden = !found.length;
    told.textContent = !terms.length ? told.dataset.key
      : !found.length && !n ? told.dataset.none
      : fill(told.dataset.found, { units: found.length, reports: n })
        + (found.length > MOST ? " " + fill(told.dataset.more, { n: found.length - MOST }) : "");
  };

  box.hidden = false;
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") input.value = "", search();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
    event.preventDefault();
    input.focus();
  });
  if (input.value) search();
  // A link to the folded units of a place opens them.
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", open);
  open();
})();
