// When the start moves, the end moves with it, so that the length stays. Times are HH:MM in the values of two selects.
const DAY = 24 * 60;

for (const start of document.querySelectorAll("form [data-start]")) {
  const end = start.form.querySelector("[data-end]");
  if (!end) continue;
  let before = minutes(start.value);

  start.addEventListener("input", () => {
    const now = minutes(start.value);
    const length = (minutes(end.value) - before + DAY) % DAY || DAY;
    before = now;
    choose(end, now + length);
  });
}

function choose(select, wanted) {
  const options = [...select.options].filter((option) => option.value && !option.disabled);
  const exact = options.find((option) => minutes(option.value) === wanted)
    ?? options.find((option) => minutes(option.value) === wanted % DAY);
  // Past the last end that can be had, the last one is the nearest.
  const chosen = exact ?? options.filter((option) => minutes(option.value) <= wanted).at(-1);
  if (chosen) select.value = chosen.value;
}

function minutes(time) {
  const [hours, rest] = time.split(":").map(Number);
  return hours * 60 + rest;
}
