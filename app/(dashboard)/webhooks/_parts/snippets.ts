/** How a receiver verifies a delivery with the Standard Webhooks libraries, by language. */
export const snippets = {
  typescript: {
    label: "TypeScript",
    install: "npm install standardwebhooks",
    code: `import { Webhook } from "standardwebhooks";

const secret = process.env.EVERGRANT_WEBHOOK_SECRET;
const webhook = new Webhook(secret ?? "");

export async function POST(request: Request) {
  // The body as it came: parsed and written again,
  // it is another text, and the signature is wrong.
  const body = await request.text();
  const headers = Object.fromEntries(request.headers);
  let event: { id: string; event_type: string };
  try {
    event = webhook.verify(body, headers) as typeof event;
  } catch {
    return new Response("no signature", { status: 400 });
  }
  // The id is the same for every attempt.
  await enqueue(event.id, event);
  return new Response(null, { status: 204 });
}`,
  },
  python: {
    label: "Python",
    install: "pip install standardwebhooks flask",
    code: `import os
from flask import Flask, request
from standardwebhooks.webhooks import (
    Webhook,
    WebhookVerificationError,
)

app = Flask(__name__)
webhook = Webhook(os.environ["EVERGRANT_WEBHOOK_SECRET"])

@app.post("/webhooks/evergrant")
def receive():
    # The body as it came: parsed and written again,
    # it is another text, and the signature is wrong.
    body = request.get_data(as_text=True)
    headers = {k.lower(): v for k, v in request.headers}
    try:
        event = webhook.verify(body, headers)
    except WebhookVerificationError:
        return "no signature", 400
    # The id is the same for every attempt.
    enqueue(event["id"], event)
    return "", 204`,
  },
  go: {
    label: "Go",
    install: "go get github.com/standard-webhooks/standard-webhooks/libraries/go",
    code: `import sw "github.com/standard-webhooks/standard-webhooks/libraries/go"

var secret = os.Getenv("EVERGRANT_WEBHOOK_SECRET")
var webhook, secretErr = sw.NewWebhook(secret)

func receive(w http.ResponseWriter, r *http.Request) {
	// The body as it came: parsed and written again,
	// it is another text, and the signature is wrong.
	body, err := io.ReadAll(r.Body)
	if err != nil || secretErr != nil {
		http.Error(w, "unreadable", 500)
		return
	}
	if err := webhook.Verify(body, r.Header); err != nil {
		http.Error(w, "no signature", 400)
		return
	}
	// The id is the same for every attempt.
	enqueue(r.Header.Get("webhook-id"), body)
	w.WriteHeader(204)
}`,
  },
  ruby: {
    label: "Ruby",
    install: "gem install standardwebhooks",
    code: `require "sinatra"
require "standardwebhooks"

SECRET = ENV.fetch("EVERGRANT_WEBHOOK_SECRET")
WEBHOOK = StandardWebhooks::Webhook.new(SECRET)

post "/webhooks/evergrant" do
  # The body as it came: parsed and written again,
  # it is another text, and the signature is wrong.
  body = request.body.read
  headers = %w[id timestamp signature].to_h do |name|
    ["webhook-#{name}", env["HTTP_WEBHOOK_#{name.upcase}"]]
  end
  begin
    event = WEBHOOK.verify(body, headers)
  rescue StandardWebhooks::WebhookVerificationError
    halt 400, "no signature"
  end
  # The id is the same for every attempt.
  enqueue(event["id"], event)
  status 204
end`,
  },
} as const;

export type SnippetLanguage = keyof typeof snippets;
export const snippetLanguages = Object.keys(snippets) as SnippetLanguage[];

export function readLanguage(text: string | undefined): SnippetLanguage {
  return text !== undefined && Object.hasOwn(snippets, text) ? (text as SnippetLanguage) : "typescript";
}
