"use strict";

// Without this script what is alike comes with the step before sending. With it the list appears while one types;
// only the question's own sentence is sent, never the text below it.
const title = document.querySelector("[data-kn-similar]");
const subject = document.querySelector("#subject");
const alike = document.querySelector("[data-kn-similar-found]");
let timer = 0;
let asking = null;

async function renew() {
  asking?.abort();
  asking = new AbortController();
  const words = new URLSearchParams({ titel: title.value, thema: subject?.value ?? "" });
  try {
    const answer = await fetch(`${title.dataset.knSimilar}?${words}`, { signal: asking.signal });
    if (answer.ok && !answer.redirected) alike.innerHTML = (await answer.json()).html;
  } catch (error) {
    // The step before sending still shows it; a question overtaken by the next one is no error.
    if (error.name !== "AbortError") console.warn(error);
  }
}

if (title && alike) {
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(renew, 400);
  };
  title.addEventListener("input", later);
  subject?.addEventListener("change", later);
}
