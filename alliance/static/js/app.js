// Loads each behaviour a page has use for. Every page works without any of them.
const behaviours = {
  "[data-menu]": "./menu.js",
  "[data-copy]": "./copy.js",
  "form[data-live-check]": "./live-check.js",
  "form [data-start]": "./end-times.js",
  "form[data-once]": "./submit-once.js",
};

for (const [selector, module] of Object.entries(behaviours)) {
  if (document.querySelector(selector)) import(module);
}
