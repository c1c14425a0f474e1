"use strict";
const form = document.querySelector(".filters");
if (form) {
  const rows = [...document.querySelectorAll("#every-path tbody tr")];
  const told = form.querySelector("output");
  const nothing = document.querySelector(".nothing");
  const narrow = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.words.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const content = row.textContent.toLowerCase();
      const fits = ["party", "cloud", "verdict", "origin"].every((name) => !wanted[name] || row.dataset[name] === wanted[name]) && words.every((word) => content.includes(word));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    told.textContent = shown === rows.length ? `${shown} ways in` : `${shown} of ${rows.length} ways in`;
    nothing.hidden = shown > 0;
  };
  form.hidden = false;
  const list = document.querySelector("#list");
  list.open = list.open && !matchMedia("(max-width: 46rem)").matches;
  form.addEventListener("input", () => {
    narrow();
    list.open = true;
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  narrow();
}
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
