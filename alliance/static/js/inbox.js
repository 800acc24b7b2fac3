// The list of requests: the button counts what is ticked and is there only for that; j and k open the next and the previous.
for (const form of document.querySelectorAll("form[data-ticked]")) {
  const button = form.querySelector("[data-ticked-button]");
  const count = () => {
    const ticked = form.querySelectorAll("input[type=checkbox]:checked").length;
    button.hidden = ticked === 0;
    button.textContent = button.dataset.words.replace("{n}", ticked);
  };
  form.addEventListener("change", count);
  // Coming back by the browser's button finds boxes as they were left.
  window.addEventListener("pageshow", count);
  count();
}

const list = document.querySelector("[data-rows]");

if (list) {
  for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;

  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
    const rows = [...list.children];
    const shown = rows.findIndex((row) => row.hasAttribute("aria-current"));
    rows[shown + step]?.querySelector("a").click();
  });
}

// Where letters are typed they are letters.
function writes(element) {
  return element.matches("textarea, select, input:not([type=checkbox])") || element.isContentEditable;
}
