"use strict";

// Without this script the search is a plain form, and so it stays for Enter. With it the field becomes a combobox:
// towns are offered while one types, the arrows walk through them, Enter opens one, Escape closes the list.
const form = document.querySelector("form[data-kn-proposals]");
const field = form?.querySelector("input[type=search]");
const PAUSE = 120;

function listFor(field) {
  const box = document.createElement("div");
  box.className = "kn-proposals";
  box.hidden = true;
  const said = document.createElement("p");
  said.className = "kern-sr-only";
  said.setAttribute("role", "status");
  field.closest(".kn-finder__field").append(box, said);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");
  field.setAttribute("aria-expanded", "false");
  return { box, said };
}

if (form && field) {
  const { box, said } = listFor(field);
  let timer = 0;
  let asking = null;
  let here = -1;
  const options = () => [...box.querySelectorAll("[role=option]")];

  const choose = (number) => {
    here = number;
    options().forEach((option, place) => option.setAttribute("aria-selected", String(place === here)));
    const chosen = options()[here];
    if (chosen) {
      field.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  };

  const close = () => {
    asking?.abort();
    clearTimeout(timer);
    box.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-controls");
    choose(-1);
  };

  const open = (html) => {
    box.innerHTML = html;
    const list = box.querySelector("ul");
    if (!list) {
      said.textContent = "Kein Vorschlag.";
      close();
      return;
    }
    list.id = "kn-vorschlaege";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Städte");
    [...list.children].forEach((line, place) => {
      line.id = `kn-vorschlag-${place}`;
      line.setAttribute("role", "option");
      const link = line.querySelector("a");
      line.dataset.address = link.href;
      link.replaceWith(link.textContent);
    });
    box.hidden = false;
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", list.id);
    said.textContent = list.children.length === 1 ? "Ein Vorschlag." : `${list.children.length} Vorschläge.`;
    choose(-1);
  };

  const ask = async () => {
    asking?.abort();
    if (!field.value.trim()) return close();
    asking = new AbortController();
    const address = `${form.dataset.knProposals}?suche=${encodeURIComponent(field.value)}`;
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asking.signal });
      if (answer.ok) open(await answer.text());
    } catch (error) {
      // The button still works; a question overtaken by the next one is no error.
      if (error.name !== "AbortError") console.warn(error);
    }
  };

  const follow = (option) => {
    window.location.href = option.dataset.address;
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    const last = options().length - 1;
    if (event.key === "Escape" && !box.hidden) close();
    else if (event.key === "ArrowDown" && box.hidden) ask();
    else if (box.hidden) return;
    else if (event.key === "ArrowDown") choose(here < last ? here + 1 : 0);
    else if (event.key === "ArrowUp") choose(here > 0 ? here - 1 : last);
    else if (event.key === "Enter" && here >= 0) follow(options()[here]);
    else return;
    event.preventDefault();
  });
  box.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) follow(option);
  });
  field.addEventListener("blur", close);
}

// The number beside a slider follows the hand.
for (const slider of document.querySelectorAll(".kn-slider input[type=range]")) {
  slider.addEventListener("input", () => {
    slider.parentElement.querySelector("output").value = slider.value;
  });
}
