// While a form is being filled, shows what the rules would say: puts the answer of data-check-url into [data-check-result].
const PAUSE = 300;

for (const form of document.querySelectorAll("form[data-live-check]")) {
  const result = document.querySelector("[data-check-result]");
  let timer;
  let running;

  const check = async () => {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    result.setAttribute("aria-busy", "true");
    const answer = await ask(form, signal);
    if (signal.aborted) return;
    result.removeAttribute("aria-busy");
    // An old answer to a new question is worse than none.
    result.innerHTML = answer;
    name(form, result.querySelector("[data-verb]")?.dataset.verb);
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  });
}

// The button is named after what pressing it does, which the answer knows.
function name(form, verb) {
  const button = document.querySelector(`[data-verb-here][form="${form.id}"]`);
  if (button && verb) button.textContent = verb;
}

// The fragment, or nothing: after a sign-out, an error or a lost network, sending the form will say it.
async function ask(form, signal) {
  const values = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    // Of a file only its name goes along, which is empty as long as none is chosen.
    values.append(name, value instanceof File ? value.name : value);
  }
  values.delete("csrf_token");
  try {
    const response = await fetch(`${form.dataset.checkUrl}?${values}`, { signal, redirect: "error" });
    return response.ok ? await response.text() : "";
  } catch {
    return "";
  }
}
