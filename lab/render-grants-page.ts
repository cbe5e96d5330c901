import { html } from "hono/html";
import { findPerson, people, type Person } from "./find-person.ts";
import type { LabGrant, RevokedReason } from "./lab.ts";
import { type Html, initialsOf, renderPage } from "./render-page.ts";

const shownAtMost = 200;

const statusWords: Record<"live" | RevokedReason, { words: string; tone: "live" | "off" | "warn" }> = {
  live: { words: "Live", tone: "live" },
  user: { words: "Revoked", tone: "off" },
  client: { words: "Revoked by the application", tone: "off" },
  reuse: { words: "Family revoked after reuse", tone: "warn" },
};

export function renderGrantsPage(all: LabGrant[], person: string | null, now: Date): Html {
  const grants = person === null ? all : all.filter((grant) => grant.person === person);
  const shown = grants.slice(0, shownAtMost);
  return renderPage({
    title: "Grants",
    body: html`
      <h1>Grants</h1>
      <p class="lead">Which applications may use whose Acme CRM account. Revoking one stops its tokens at once.</p>
      <form class="filter" method="get" action="/grants">
        <label>
          Person
          <select name="person">
            <option value="">Everyone</option>
            ${people.map((one) => renderOption(one, person))}
          </select>
        </label>
        <button class="button">Show</button>
      </form>
      ${
        shown.length === 0
          ? renderEmpty(person)
          : html`<ul class="card list">
              ${shown.map((grant) => renderGrant(grant, person, now))}
            </ul>`
      }
      ${grants.length > shownAtMost ? html`<p class="muted">The newest ${shownAtMost} of ${grants.length}.</p>` : ""}
    `,
  });
}

function renderOption(one: Person, selected: string | null): Html {
  const label = `${one.name} · ${one.company}`;
  return one.id === selected
    ? html`<option value="${one.id}" selected>${label}</option>`
    : html`<option value="${one.id}">${label}</option>`;
}

function renderEmpty(person: string | null): Html {
  const who = person === null ? "Nobody has" : `${findPerson(person)?.name ?? person} has not`;
  return html`<div class="card empty">
    <strong>No grants yet</strong>
    <p>${who} connected an application. Start from the application: it sends its user here to allow it.</p>
  </div>`;
}

function renderGrant(grant: LabGrant, filter: string | null, now: Date): Html {
  const person = findPerson(grant.person);
  const name = person?.name ?? grant.person;
  const status = statusWords[grant.revoked_reason ?? "live"];
  const query = filter === null ? "" : `?person=${encodeURIComponent(filter)}`;
  return html`<li class="grant">
    <div class="holder">
      <span class="initials" aria-hidden="true">${initialsOf(name)}</span>
      <span class="who"
        ><strong>${name}</strong> <span>${person?.company ?? ""}</span>
        <span class="status ${status.tone}">${status.words}</span></span
      >
    </div>
    <dl class="facts">
      <div>
        <dt>Connected</dt>
        <dd>${renderTime(grant.created_at, now)}</dd>
      </div>
      <div>
        <dt>Refreshed</dt>
        <dd>${describeCount(grant.refreshes)}</dd>
      </div>
      <div>
        <dt>Last refresh</dt>
        <dd>${grant.last_refreshed_at === null ? "never" : renderTime(grant.last_refreshed_at, now)}</dd>
      </div>
      <div class="wide">
        <dt>Application and scopes</dt>
        <dd><code>${grant.client_id}</code> · ${grant.scopes.join(", ")}</dd>
      </div>
    </dl>
    ${
      grant.status === "live"
        ? html`<form class="end" method="post" action="/grants/${grant.grant_id}/revoke${query}">
            <button class="button danger" aria-label="Revoke ${name}’s grant">Revoke</button>
          </form>`
        : html`<div class="end"></div>`
    }
  </li>`;
}

function describeCount(refreshes: number): string {
  if (refreshes === 0) return "not yet";
  return refreshes === 1 ? "once" : `${refreshes} times`;
}

function renderTime(instant: string, now: Date): Html {
  const exact = `${instant.slice(0, 19).replace("T", " ")} UTC`;
  return html`<time datetime="${instant}" title="${exact}">${describeAge(new Date(instant), now)}</time>`;
}

function describeAge(instant: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - instant.getTime()) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / (24 * 60))} days ago`;
}
