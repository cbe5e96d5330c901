import { html } from "hono/html";
import { renderPage } from "./render-page.ts";

/** For what cannot be sent back to the application, such as an unknown client or an expired sign-in. */
export async function renderErrorPage(error: string, description: string | undefined): Promise<string> {
  const body = html`
    <h1>This did not work</h1>
    <p>${description ?? "The request could not be answered."} <span class="muted">(<code>${error}</code>)</span></p>
    <p>Go back to the application and start again from there.</p>
  `;
  const page = await renderPage({ title: "Something is wrong", isNarrow: true, body });
  return page.toString();
}
