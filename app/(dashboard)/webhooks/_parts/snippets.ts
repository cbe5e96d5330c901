/** How a receiver verifies a delivery with the Standard Webhooks libraries, by language. */
export const snippets = {
  typescript: {
    label: "TypeScript",
    install: "npm install standardwebhooks",
    code: `import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.EVERGRANT_WEBHOOK_SECRET);

export async function POST(request: Request) {
  // The body as it came: parsed and written again, it is another text.
  const body = await request.text();
  let event;
  try {
    event = webhook.verify(body, Object.fromEntries(request.headers));
  } catch {
    return new Response("invalid signature", { status: 400 });
  }
  await enqueue(event.id, event); // event.id is the same for every attempt
  return new Response(null, { status: 204 });
}`,
  },
  python: {
    label: "Python",
    install: "pip install standardwebhooks flask",
    code: `import os
from flask import Flask, request
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

app = Flask(__name__)
webhook = Webhook(os.environ["EVERGRANT_WEBHOOK_SECRET"])

@app.post("/webhooks/evergrant")
def receive():
    # The body as it came: parsed and written again, it is another text.
    body = request.get_data(as_text=True)
    headers = {name.lower(): value for name, value in request.headers}
    try:
        event = webhook.verify(body, headers)
    except WebhookVerificationError:
        return "invalid signature", 400
    enqueue(event["id"], event)  # the id is the same for every attempt
    return "", 204`,
  },
  go: {
    label: "Go",
    install: "go get github.com/standard-webhooks/standard-webhooks/libraries/go",
    code: `import standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

var webhook, secretErr = standardwebhooks.NewWebhook(os.Getenv("EVERGRANT_WEBHOOK_SECRET"))

func receive(w http.ResponseWriter, r *http.Request) {
	// The body as it came: parsed and written again, it is another text.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 20_000))
	if err != nil || secretErr != nil {
		http.Error(w, "unreadable", http.StatusInternalServerError)
		return
	}
	if err := webhook.Verify(body, r.Header); err != nil {
		http.Error(w, "invalid signature", http.StatusBadRequest)
		return
	}
	enqueue(r.Header.Get("webhook-id"), body) // the same for every attempt
	w.WriteHeader(http.StatusNoContent)
}`,
  },
  ruby: {
    label: "Ruby",
    install: "gem install standardwebhooks",
    code: `require "standardwebhooks"

WEBHOOK = StandardWebhooks::Webhook.new(ENV.fetch("EVERGRANT_WEBHOOK_SECRET"))

post "/webhooks/evergrant" do
  # The body as it came: parsed and written again, it is another text.
  body = request.body.read
  names = %w[webhook-id webhook-timestamp webhook-signature]
  headers = names.to_h { |name| [name, request.env["HTTP_#{name.upcase.tr("-", "_")}"]] }
  begin
    event = WEBHOOK.verify(body, headers)
  rescue StandardWebhooks::WebhookVerificationError
    halt 400, "invalid signature"
  end
  enqueue(event["id"], event) # the id is the same for every attempt
  status 204
end`,
  },
} as const;

export type SnippetLanguage = keyof typeof snippets;
export const snippetLanguages = Object.keys(snippets) as SnippetLanguage[];

export function readLanguage(text: string | undefined): SnippetLanguage {
  return text !== undefined && Object.hasOwn(snippets, text) ? (text as SnippetLanguage) : "typescript";
}
