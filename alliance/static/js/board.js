// On the board the arrow keys go up and down from row to row, to what lies nearest; dragging over free time marks a part
// of it and opens the form with that part. Without either, every gap is a link and the tab key visits them in order.
const QUARTER = 15;
const ENOUGH = 8; // pixels between a press and a drag

for (const board of document.querySelectorAll("[data-board]")) {
  board.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest("[data-row]");
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...board.querySelectorAll("[data-row]")];
    const next = row ? rows[rows.indexOf(row) + step] : step > 0 && event.target === board && rows[0];
    if (!next) return;
    event.preventDefault();
    nearest(next, row ? middle(event.target) : 0).focus();
  });

  let drag = null;
  board.addEventListener("pointerdown", (event) => {
    const gap = event.target.closest("a.b-free");
    const lane = gap?.closest("[data-grid]");
    const grid = Number(lane?.dataset.grid);
    if (!grid || grid % QUARTER || event.pointerType !== "mouse" || event.button !== 0) return;
    drag = { gap, lane, step: grid / QUARTER, x: event.clientX, mark: null };
  });
  board.addEventListener("pointermove", (event) => {
    if (!drag || (!drag.mark && Math.abs(event.clientX - drag.x) < ENOUGH)) return;
    mark(drag, event.clientX);
  });
  addEventListener("pointerup", () => {
    const done = drag;
    drag = null;
    if (!done?.mark) return;
    done.mark.remove();
    // The press that ends the drag would follow the link for the whole gap.
    done.gap.addEventListener("click", (event) => event.preventDefault(), { once: true });
    location.assign(address(done, Number(board.dataset.firstHour)));
  });
  board.addEventListener("dragstart", (event) => drag && event.preventDefault());
}

function nearest(row, x) {
  const links = [...row.querySelectorAll(".gaps a, .cell, h2 a")].filter((link) => link.offsetParent);
  const away = (link) => Math.abs(middle(link) - x);
  return links.reduce((best, link) => (away(link) < away(best) ? link : best));
}

function middle(element) {
  const box = element.getBoundingClientRect();
  return (box.left + box.right) / 2;
}

// Marks the quarters between where the drag began and where it is, within the gap and on the grid of its resource.
function mark(drag, x) {
  const [first, length] = [place(drag.gap, "at"), place(drag.gap, "for")];
  const [from, to] = [drag.x, x].sort((a, b) => a - b).map((each) => column(drag.lane, each));
  const down = (n) => Math.floor(n / drag.step) * drag.step;
  drag.start = Math.max(first, down(from));
  drag.end = Math.min(first + length, down(to) + drag.step);
  drag.mark ??= drag.gap.parentElement.appendChild(document.createElement("span"));
  const row = [...drag.gap.classList].find((name) => name.startsWith("r-")) ?? "";
  drag.mark.className = `b b-wish at-${drag.start} for-${Math.max(drag.end - drag.start, 1)} ${row}`;
}

function column(lane, x) {
  const box = lane.getBoundingClientRect();
  const columns = Number(getComputedStyle(lane).getPropertyValue("--columns"));
  return Math.floor(((x - box.left) / box.width) * columns);
}

function place(element, word) {
  const name = [...element.classList].find((each) => each.startsWith(`${word}-`));
  return Number(name.slice(word.length + 1));
}

function address({ gap, start, end }, firstHour) {
  const url = new URL(gap.href);
  const clock = (quarters) => {
    const minutes = firstHour * 60 + quarters * QUARTER;
    return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  };
  url.searchParams.delete("end_date");
  url.searchParams.set("start", clock(start));
  url.searchParams.set("end", clock(Math.max(end, start + 1)));
  return url.href;
}
