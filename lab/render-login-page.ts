import { html } from "hono/html";
import { people } from "./find-person.ts";
import { type Html, initialsOf, renderPage } from "./render-page.ts";

export function renderLoginPage(interactionId: string, clientName: string): Html {
  return renderPage({
    title: "Sign in",
    isNarrow: true,
    body: html`
      <h1>Who are you?</h1>
      <p class="lead">Choose a person to continue to ${clientName}. The lab asks for no password.</p>
      <form method="post" action="/interaction/${interactionId}/login">
        <ul class="card list">
          ${people.map(
            (person) => html`
              <li>
                <button class="row" name="person" value="${person.id}">
                  <span class="initials" aria-hidden="true">${initialsOf(person.name)}</span>
                  <span class="who"><strong>${person.name}</strong> <span>${person.company}</span></span>
                  <span class="chevron" aria-hidden="true">→</span>
                </button>
              </li>
            `,
          )}
        </ul>
      </form>
    `,
  });
}
