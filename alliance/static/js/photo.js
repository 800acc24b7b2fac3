// Says that a file is too heavy before ten megabytes travel for nothing. Without scripts the server says the same.
for (const input of document.querySelectorAll("input[data-most-bytes]")) {
  input.addEventListener("change", () => {
    const file = input.files[0];
    const tooHeavy = file && file.size > Number(input.dataset.mostBytes);
    input.setCustomValidity(tooHeavy ? input.dataset.tooHeavy : "");
    input.reportValidity();
  });
}
