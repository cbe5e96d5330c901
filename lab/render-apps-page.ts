import { html } from "hono/html";
import { type Html, renderPage } from "./render-page.ts";
import { scopeWords } from "./scope-words.ts";

type Input = {
  issuer: string;
  accessTokenSeconds: number;
  /** What was typed, where the form comes again. */
  values?: { name: string; redirectUri: string };
  /** What is wrong, by field. */
  faults?: Readonly<Record<string, string>>;
};

/** The form of a new app, and what an integration has to know of this provider. */
export function renderAppsPage({ issuer, accessTokenSeconds, values, faults = {} }: Input): Html {
  return renderPage({
    title: "Your apps",
    body: html`
      <h1>Register your app</h1>
      <p class="lead">
        As in the developer console of any provider: say who asks and where people come back to, and take the client id
        and its secret along.
      </p>
      <form class="card app" method="post" action="/apps">
        ${renderField("name", "Name, as the consent page shows it", values?.name ?? "", "My product", faults)}
        ${renderField(
          "redirect_uri",
          "Redirect URI",
          values?.redirectUri ?? "",
          "http://127.0.0.1:3000/oauth/callback/…",
          faults,
        )}
        <label>
          Access tokens live
          <select name="access_token_seconds">
            <option value="60">one minute: watch it refresh</option>
            <option value="${accessTokenSeconds}" selected>${accessTokenSeconds} seconds, as in the demo</option>
            <option value="3600">an hour, as with most providers</option>
          </select>
        </label>
        <p><button class="button main">Register</button></p>
      </form>
      <h2>For your integration document</h2>
      ${renderFacts(issuer)}
    `,
  });
}

/** The new app, once: the secret is not shown again. */
export function renderAppPage(app: {
  issuer: string;
  clientId: string;
  clientSecret: string;
  name: string;
  redirectUri: string;
}): Html {
  return renderPage({
    title: app.name,
    body: html`
      <h1>${app.name} is registered</h1>
      <p class="lead">The secret is shown this once.</p>
      <dl class="card app">
        <dt>Client id</dt>
        <dd><code>${app.clientId}</code></dd>
        <dt>Client secret</dt>
        <dd><code>${app.clientSecret}</code></dd>
        <dt>Redirect URI</dt>
        <dd><code>${app.redirectUri}</code></dd>
      </dl>
      <h2>For your integration document</h2>
      ${renderFacts(app.issuer)}
      <p class="links"><a class="button" href="/apps">Register another</a></p>
    `,
  });
}

function renderField(
  name: string,
  label: string,
  value: string,
  placeholder: string,
  faults: Readonly<Record<string, string>>,
): Html {
  const fault = faults[name];
  const described = fault === undefined ? "" : html`aria-invalid="true" aria-describedby="${name}-fault"`;
  return html`<label>
      ${label}
      <input type="text" name="${name}" value="${value}" placeholder="${placeholder}" autocomplete="off" ${described} />
    </label>
    ${fault === undefined ? "" : html`<p class="fault" id="${name}-fault" role="alert">${fault}</p>`}`;
}

/** What the documentation of a provider says. */
function renderFacts(issuer: string): Html {
  return html`<dl class="card app">
    <dt>Authorization endpoint</dt>
    <dd><code>${issuer}/auth</code></dd>
    <dt>Token endpoint</dt>
    <dd><code>${issuer}/token</code>, with the client's id and secret in the header</dd>
    <dt>Scopes</dt>
    <dd><code>${Object.keys(scopeWords).join(" ")}</code></dd>
    <dt>API</dt>
    <dd><code>${issuer}/api/me</code>, <code>${issuer}/api/contacts</code></dd>
    <dt>Refresh tokens</dt>
    <dd>Rotate: each works once, and one that comes back ends the whole grant</dd>
  </dl>`;
}
