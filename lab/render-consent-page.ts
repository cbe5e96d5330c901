import { html } from "hono/html";
import type { Person } from "./find-person.ts";
import { type Html, initialsOf, renderPage } from "./render-page.ts";
import { type LabScope, scopeWords } from "./scope-words.ts";

export type ConsentInput = { interactionId: string; clientName: string; person: Person; scopes: LabScope[] };

export function renderConsentPage({ interactionId, clientName, person, scopes }: ConsentInput): Html {
  return renderPage({
    title: "Allow access",
    isNarrow: true,
    body: html`
      <h1>Let ${clientName} use your Acme CRM account?</h1>
      <div class="card as">
        <span class="initials" aria-hidden="true">${initialsOf(person.name)}</span>
        <span class="who"><strong>${person.name}</strong> <span>${person.company}</span></span>
        <a href="/interaction/${interactionId}">Not you?</a>
      </div>
      <form method="post" action="/interaction/${interactionId}/consent">
        <input type="hidden" name="person" value="${person.id}" />
        <fieldset>
          <legend>${clientName} wants to:</legend>
          <ul class="card list">
            ${scopes.map((scope) => html`<li>${renderScope(scope)}</li>`)}
          </ul>
        </fieldset>
        <div class="actions">
          <button class="button" name="decision" value="deny">Deny</button>
          <button class="button main" name="decision" value="allow">Allow</button>
        </div>
      </form>
    `,
  });
}

function renderScope(scope: LabScope): Html {
  const { title, detail, isOptional } = scopeWords[scope];
  const words = html`<span class="who"><strong>${title}</strong> <span>${detail}</span></span>`;
  if (isOptional) {
    return html`<label class="scope"><input type="checkbox" name="scope" value="${scope}" checked />${words}</label>`;
  }
  return html`<div class="scope">
    <svg class="always" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M4.5 10.5l3.6 3.6 7.4-8" fill="none" stroke="currentColor" stroke-width="2.2" />
    </svg>
    ${words}
  </div>`;
}
