"use strict";
// The token stands behind the # of the link, which browsers send to nobody; from here it goes to the server once.
const form = document.querySelector("#login");
if (form) {
  const field = form.querySelector("#token"), said = document.querySelector("#said");
  const given = decodeURIComponent(location.hash.slice(1));
  if (given) {
    field.value = given;
    history.replaceState(null, "", location.pathname);
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      const answer = await fetch("/login", { method: "POST", body: field.value.trim(), headers: { "Content-Type": "text/plain" } });
      if (answer.ok) location.replace("/");
      else said.textContent = await answer.text();
    } catch {
      said.textContent = "The server does not answer. Ask whoever runs it whether it still does.";
    }
  });
}
// The app's page: where its terminal finds the app, before textual.js looks (when all is loaded).
for (const terminal of document.querySelectorAll(".textual-terminal")) {
  terminal.dataset.sessionWebsocketUrl = location.origin.replace(/^http/, "ws") + "/ws";
}
// Keys go to the app as soon as it has painted: nobody has to click into it first.
new MutationObserver((changes, observer) => {
  if (!document.body.classList.contains("-first-byte")) return;
  observer.disconnect();
  document.querySelector(".xterm-helper-textarea")?.focus();
}).observe(document.body, { attributeFilter: ["class"] });
const leave = document.querySelector("#logout");
if (leave) {
  leave.addEventListener("click", async () => {
    await fetch("/logout", { method: "POST" }).catch(() => null);
    location.replace("/login");
  });
}
