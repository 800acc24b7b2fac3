// Closes an open menu on Escape, on a press elsewhere, and when the focus moves out of it.
for (const menu of document.querySelectorAll("[data-menu]")) {
  const close = () => menu.removeAttribute("open");

  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    close();
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) close();
  });
}
