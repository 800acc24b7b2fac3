// Copies an address and says so. The button shows only here, since without a script it could do nothing.
for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.querySelector("span");
  const before = words.textContent;
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  button.after(said);
  button.hidden = false;

  let timer;
  button.addEventListener("click", async () => {
    if (!(await copied(button))) return;
    words.textContent = said.textContent = button.dataset.copied;
    clearTimeout(timer);
    timer = setTimeout(() => {
      words.textContent = before;
      said.textContent = "";
    }, 3000);
  });
}

async function copied(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    return true;
  } catch {
    // No clipboard on plain HTTP: select the address, so that the reader copies it himself.
    button.parentElement.querySelector("input").select();
    return false;
  }
}
