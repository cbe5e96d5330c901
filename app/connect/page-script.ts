/**
 * All the script that a connect page has. It stands in the page itself, as text, so it uses nothing from outside of it; and the
 * page does without it.
 */
export function pageScript(): void {
  // The eye of a secret field.
  for (const eye of document.querySelectorAll<HTMLButtonElement>("[data-eye]")) {
    const input = eye.previousElementSibling as HTMLInputElement;
    const show = (isShown: boolean) => {
      input.type = isShown ? "text" : "password";
      eye.setAttribute("aria-pressed", String(isShown));
    };
    eye.hidden = false;
    eye.addEventListener("click", () => show(input.type === "password"));
    // What leaves as plain text may be offered by the browser later.
    input.form?.addEventListener("submit", () => show(false));
  }

  // A button whose answer takes a moment says so, and can't be pressed twice.
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-waiting]")) {
    const words = button.querySelector("span");
    const label = words?.textContent ?? "";
    const wait = (isSending: boolean) => {
      button.disabled = isSending;
      if (words !== null) words.textContent = isSending ? (button.dataset["waiting"] ?? label) : label;
    };
    button.form?.addEventListener("submit", () => wait(true));
    // The page may come back from the browser's memory as it was left.
    window.addEventListener("pageshow", () => wait(false));
  }

  // A page that waits looks whether there is another outcome by now.
  const waiting = document.querySelector<HTMLElement>("[data-go-on]");
  if (waiting === null) return;
  const same = `data-go-on="${waiting.dataset["goOn"] ?? ""}"`;
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer.ok && !(await answer.text()).includes(same)) location.reload();
  };
  // A network that is away comes back.
  setInterval(() => void look().catch(() => {}), 2500);
}
