"use strict";

// The menus are plain <details>; this only closes them the way people expect of a menu.
for (const menu of document.querySelectorAll("details[data-kn-menu]")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

// After a refused form the reader should hear first what is wrong.
document.getElementById("fehler")?.focus();

// Whoever signs out leaves no copy of half-typed texts (typed.js) in this browser.
for (const form of document.querySelectorAll('form[action$="/abmelden"]')) {
  form.addEventListener("submit", () => {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("kn-getippt:")) localStorage.removeItem(key);
    }
  });
}
