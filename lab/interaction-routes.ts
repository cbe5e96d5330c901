import { type Context, Hono } from "hono";
import { errors } from "oidc-provider";
import { findPerson, type Person } from "./find-person.ts";
import type { LabContext, LabHonoEnv } from "./lab-context.ts";
import { renderConsentPage } from "./render-consent-page.ts";
import { renderErrorPage } from "./render-error-page.ts";
import { renderLoginPage } from "./render-login-page.ts";
import { knownScopes, type LabScope, scopeWords } from "./scope-words.ts";

type LabRequest = Context<LabHonoEnv>;

function readPerson(form: Record<string, unknown>): Person | null {
  const id = form["person"];
  return typeof id === "string" ? findPerson(id) : null;
}

/** Sign in, then consent: two pages of one interaction, so nothing about the person is kept between them. */
export function interactionRoutes({ provider }: LabContext): Hono<LabHonoEnv> {
  const routes = new Hono<LabHonoEnv>();

  async function readInteraction(c: LabRequest) {
    const interaction = await provider.interactionDetails(c.env.incoming, c.env.outgoing);
    const client = await provider.Client.find(String(interaction.params["client_id"]));
    if (client === undefined) throw new errors.InvalidClient("client not found");
    const { scope } = interaction.params;
    const scopes = knownScopes(typeof scope === "string" ? scope : "");
    return { interactionId: interaction.uid, client, clientName: client.clientName ?? client.clientId, scopes };
  }

  async function finish(c: LabRequest, result: Parameters<typeof provider.interactionResult>[2]): Promise<Response> {
    const returnTo = await provider.interactionResult(c.env.incoming, c.env.outgoing, result, {
      mergeWithLastSubmission: false,
    });
    return c.redirect(returnTo, 303);
  }

  routes.get("/:id", async (c) => {
    const { interactionId, clientName } = await readInteraction(c);
    return c.html(renderLoginPage(interactionId, clientName));
  });

  routes.post("/:id/login", async (c) => {
    const { interactionId } = await readInteraction(c);
    const person = readPerson(await c.req.parseBody());
    if (person === null) return c.html(renderErrorPage("unknown_person", "Nobody of that name is here."), 400);
    return c.redirect(`/interaction/${interactionId}/consent?person=${person.id}`, 303);
  });

  routes.get("/:id/consent", async (c) => {
    const { interactionId, clientName, scopes } = await readInteraction(c);
    const person = findPerson(c.req.query("person") ?? "");
    if (person === null) return c.redirect(`/interaction/${interactionId}`, 303);
    return c.html(renderConsentPage({ interactionId, clientName, person, scopes }));
  });

  routes.post("/:id/consent", async (c) => {
    const { client, scopes } = await readInteraction(c);
    const form = await c.req.parseBody({ all: true });
    const person = readPerson(form);
    if (person === null) return c.html(renderErrorPage("unknown_person", "Nobody of that name is here."), 400);
    if (form["decision"] !== "allow") {
      return finish(c, { error: "access_denied", error_description: "The person did not allow it." });
    }
    const ticked = new Set<unknown>([form["scope"]].flat());
    const isAllowed = (scope: LabScope): boolean => !scopeWords[scope].isOptional || ticked.has(scope);
    const grant = new provider.Grant({ accountId: person.id, clientId: client.clientId });
    const [allowed, refused] = [scopes.filter(isAllowed), scopes.filter((scope) => !isAllowed(scope))];
    if (allowed.length > 0) grant.addOIDCScope(allowed);
    // Refused, not left out: the server would ask for a missing scope again.
    if (refused.length > 0) grant.rejectOIDCScope(refused);
    const grantId = await grant.save();
    return finish(c, { login: { accountId: person.id, remember: false }, consent: { grantId } });
  });

  routes.onError(async (error, c) => {
    if (!(error instanceof errors.OIDCProviderError)) throw error;
    return c.html(renderErrorPage(error.error, "This sign-in has ended or was started in another browser."), 400);
  });

  return routes;
}
