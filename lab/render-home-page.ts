import { html } from "hono/html";
import { people } from "./find-person.ts";
import { type Html, initialsOf, renderPage } from "./render-page.ts";

export function renderHomePage(issuer: string, accessTokenSeconds: number): Html {
  return renderPage({
    title: "Start",
    body: html`
      <h1>Acme CRM, the provider in the lab</h1>
      <p class="lead">
        A real OAuth 2 authorization server with a small contacts API. Its access tokens live
        ${describeSeconds(accessTokenSeconds)}, each refresh token works once, and one that comes back a second time
        ends the whole grant.
      </p>
      <p class="links">
        <a class="button main" href="/grants">See the grants</a>
        <a class="button" href="/receiver">See the webhooks</a>
        <a class="button" href="/apps">Register your app</a>
      </p>
      <h2>People with an account here</h2>
      <ul class="people">
        ${people.map(
          (person) => html`
            <li class="card row">
              <span class="initials" aria-hidden="true">${initialsOf(person.name)}</span>
              <span class="who"
                ><strong>${person.name}</strong><span>${person.company}</span><span>${person.email}</span></span
              >
            </li>
          `,
        )}
      </ul>
      <h2>For developers</h2>
      <p>
        Discovery:
        <a href="/.well-known/openid-configuration"><code>${issuer}/.well-known/openid-configuration</code></a>
      </p>
    `,
  });
}

function describeSeconds(seconds: number): string {
  if (seconds % 60 !== 0) return `${seconds} seconds`;
  return seconds === 60 ? "one minute" : `${seconds / 60} minutes`;
}
