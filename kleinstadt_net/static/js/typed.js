"use strict";

// What one types is kept on the server a moment later, so that a closed tab loses nothing. Where the server cannot
// take it, because the session has ended or the line is down, a copy stays in this browser until it is back in the
// form, saved, or thrown away; signing out removes it (menu.js).
const PREFIX = "kn-getippt:";
const PAUSE_MS = 1500;
const NOT_TYPED = ["csrf_token", "version"];

const form = document.querySelector("form[data-kn-typed]");

// What was chosen to be sent along is no text, and is chosen anew.
function textsOf(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

function typedIn(data) {
  return [...data].filter(([name, text]) => !NOT_TYPED.includes(name) && text !== "");
}

if (form) {
  const { knTyped: name, knTown: town, knAddress: address } = form.dataset;
  const key = `${PREFIX}${town}:${name}`;
  const offer = document.querySelector("[data-kn-typed-copy]");
  let timer = 0;
  let isDirty = false;
  let sending = null;

  const post = async (data, options = {}) => {
    data.set("csrf_token", form.elements.csrf_token.value);
    data.set("formular", name);
    data.set("stadt", town);
    const answer = await fetch(address, { method: "POST", body: data, redirect: "manual", ...options });
    return answer.status === 204;
  };

  const keepHere = () => localStorage.setItem(key, JSON.stringify([...textsOf(form)]));

  const keep = async (options) => {
    clearTimeout(timer);
    if (!isDirty) return;
    isDirty = false;
    sending = new AbortController();
    try {
      const taken = await post(textsOf(form), { signal: sending.signal, ...options });
      if (taken) localStorage.removeItem(key);
      else keepHere();
    } catch (error) {
      if (error.name !== "AbortError") keepHere();
    }
  };

  const keepSoon = () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE_MS);
  };
  form.addEventListener("input", keepSoon);
  // The page came back with a row more, a preview or a question: what stands in it is saved nowhere yet.
  if ("knUnsaved" in form.dataset) keepSoon();
  // Nothing kept later may outlive what is being saved now.
  form.addEventListener("submit", () => {
    isDirty = false;
    clearTimeout(timer);
    sending?.abort();
  });
  window.addEventListener("pagehide", () => keep({ keepalive: true, signal: undefined }));

  const stored = localStorage.getItem(key);
  const copy = stored ? JSON.parse(stored).filter(([field]) => field !== "csrf_token") : null;
  if (copy && JSON.stringify(typedIn(copy)) === JSON.stringify(typedIn(textsOf(form)))) {
    localStorage.removeItem(key);
  } else if (copy && offer) {
    offer.hidden = false;
    offer.querySelector("[data-kn-typed-restore]").addEventListener("click", async () => {
      const data = new FormData();
      for (const [field, text] of copy) data.append(field, text);
      // The server takes it as if it had come in time, and the form opens with it.
      if (await post(data)) {
        localStorage.removeItem(key);
        isDirty = false;
        location.assign(location.pathname);
      }
    });
    offer.querySelector("[data-kn-typed-discard]").addEventListener("click", () => {
      localStorage.removeItem(key);
      offer.hidden = true;
    });
  }
}
