"use strict";

// Without this script the form asks the server and the page comes back with the matches. With it only the
// list is renewed while one types; the matches stay plain links, and the count is read out by screen readers.
const form = document.querySelector("form[data-kn-town-search]");
const choices = document.querySelector("[data-kn-town-choices]");
const field = form?.querySelector("input[type=search]");
let timer = 0;
let asking = null;

async function renew() {
  asking?.abort();
  asking = new AbortController();
  const address = `${form.dataset.knTownSearch}?q=${encodeURIComponent(field.value)}`;
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asking.signal });
    if (answer.ok) choices.innerHTML = await answer.text();
  } catch (error) {
    // The button still works; a question overtaken by the next one is no error.
    if (error.name !== "AbortError") console.warn(error);
  }
}

if (form && choices && field) {
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(renew, 150);
  });
  // The arrows walk through the matches as they do in any list of choices; Escape leads back to the field.
  const walk = (event) => {
    const links = [...choices.querySelectorAll(".kn-rows a")];
    const here = links.indexOf(document.activeElement);
    if (event.key === "Escape" && here >= 0) field.focus();
    else if (event.key === "ArrowDown" && here + 1 < links.length) links[here + 1].focus();
    else if (event.key === "ArrowUp" && here > 0) links[here - 1].focus();
    else if (event.key === "ArrowUp" && here === 0) field.focus();
    else return;
    event.preventDefault();
  };
  field.addEventListener("keydown", (event) => event.key === "ArrowDown" && walk(event));
  choices.addEventListener("keydown", walk);
}
