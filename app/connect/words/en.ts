/**
 * What the connect pages say, in English, and the measure of every other language: the same keys, the same `{placeholders}`.
 * `{product}` asks, `{label}` is the integration. A text with a number has one form for each of the language's plural categories.
 */
export const en = {
  "card.environment": "Test environment: {environment}",
  "card.questions": "Questions? {support}",
  "card.privacy": "Privacy policy of {product}",
  "card.language": "Language",

  "title.connect": "Connect your account",
  "title.connect_to": "Connect your account to {product}",
  "title.authorizing": "Connecting",
  "title.confirming": "Not connected yet",
  "title.approving": "Connect this account?",
  "title.connected": "Connected",
  "title.failed": "Not connected",
  "title.unknown": "Nothing to show",

  "load.link.title": "This page could not be loaded",
  "load.link.text": "Nothing was connected. Load the page again in a minute; your link stays valid.",
  "load.outcome.title": "The outcome could not be loaded",
  "load.outcome.text": "Load this page again in a minute: what happened is not lost.",

  "closed.used.title": "This link has been used",
  "closed.used.text":
    "The account was connected with it, and a link works only once. If you want to connect another account, ask {product} for a new link.",
  "closed.expired.title": "This link has expired",
  "closed.expired.text": "Nothing was connected. Ask {product} for a new link; the old one is of no more use.",
  "closed.expired.until": "It was valid until {until}.",
  "closed.unknown.title": "This link does not work",
  "closed.unknown.text":
    "It may have been cut off when it was copied. Open the whole link again, or ask whoever sent it for a new one.",

  "offer.choose": "What would you like to connect to {product}?",
  "offer.connect": "Connect {label} to {product}",
  "offer.reconnect": "Reconnect {label} to {product}",
  "offer.end": "You can end this access at any time, in {label} or by asking {product}.",
  "offer.end_any": "You can end this access at any time, in the service you choose or by asking {product}.",
  "offer.same": "Please sign in with the same account as before.",
  "offer.same_as": "Please sign in as {account}, as before.",
  "offer.same_typed": "Please use what belongs to the same account as before.",
  "offer.same_typed_as": "Please use what belongs to {account}, as before.",
  "offer.continue": "Continue to {label}",
  "offer.unavailable.title": "{label} cannot be connected right now",
  "offer.unavailable.text": "It has not been set up completely yet. Please tell {product}; your link stays valid.",

  "asked.scopes": "{product} asks for permission to:",
  "asked.access": "{product} asks for access to your {label} account. {label} shows you next what that includes.",
  "asked.use": "Use {scope}",
  "asked.more": { one: "{count} more permission", other: "{count} more permissions" },
  "asked.fewer": "Fewer details",

  "scope.read": "Read your data in {label}",
  "scope.write": "Add and change your data in {label}",
  "scope.offline_access": "Stay connected, so that {product} keeps working while you are away",
  "scope.openid": "Know that it is you who signed in",
  "scope.email": "See your email address",
  "scope.profile": "See your name and picture",

  "typed.key": "{product} asks for a key of your {label} account:",
  "typed.details": "{product} asks for access details of your {label} account:",
  "typed.checked": "Checked with {label} before it is kept",
  "typed.encrypted": "Stored encrypted, and never shown again",
  "typed.allows": "What it allows is decided in {label}",
  "typed.connect": "Connect {label}",
  "typed.waiting": "Checking with {label}…",
  "typed.rest.title": "That was too often",
  "typed.rest.text": {
    one: "For your safety this form rests for {count} minute. Then load this page again; your link stays valid.",
    other: "For your safety this form rests for {count} minutes. Then load this page again; your link stays valid.",
  },

  "field.optional": "(optional)",
  "field.choose": "Choose…",
  "field.example": "For example {example}",
  "field.show": "Show {field}",
  "field.again": "This was not accepted. Check it and type it again.",
  "field.rejected": "{label} did not accept this.",
  "field.unlike": "{label} does not answer as it should to this.",
  "field.copy": "Copy it again, or make a new one there.",
  "field.check": "Check everything that you typed.",
  "field.said": "{label} says: {detail}",

  "fault.title": { one: "{count} entry needs another look", other: "{count} entries need another look" },
  "fault.missing": "This is needed.",
  "fault.form": "This does not have the expected form.",
  "fault.choice": "Choose one of the values that are offered.",
  "fault.host_part": "Only one part of the address is needed here: letters, digits and hyphens.",
  "fault.one_line": "This must be a single line. Copy it again without line breaks.",
  "fault.colon": "There must be no colon in this.",
  "fault.too_long": "This is too long. Check whether you copied more than you meant to.",
  "fault.unusable": "Nothing that you type here would work yet. Please tell {product}; your link stays valid.",

  "attempt.rate_limited.title": "{label} asks for a pause",
  "attempt.rate_limited.text": "Nothing was connected. Wait a minute, then try again.",
  "attempt.provider_error.title": "{label} reported a problem",
  "attempt.provider_error.text": "Nothing was connected. It often helps to try again in a few minutes.",
  "attempt.provider_unreachable.title": "{label} does not answer",
  "attempt.provider_unreachable.text":
    "Nothing was connected. The service may be down for a moment: try again in a few minutes.",
  "attempt.client_misconfigured.title": "{product} has to repair something first",
  "attempt.client_misconfigured.text":
    "Nothing was connected, and you did nothing wrong. Please tell {product}; your link stays valid.",
  "attempt.external_account_mismatch.title": "That belongs to a different account",
  "attempt.external_account_mismatch.text":
    "It was not connected. This link renews one particular account of {label}: use what belongs to that one.",
  "attempt.external_account_mismatch.owner": "It belongs to {owner}.",
  "attempt.external_account_unknown.title": "It is not certain whose this is",
  "attempt.external_account_unknown.text":
    "Nothing was changed: {label} did not say which account this belongs to. Try again in a few minutes.",
  "attempt.try_again.title": "That did not work just now",
  "attempt.try_again.text":
    "Nothing was connected. Try again; if it happens once more, please tell who sent you the link.",

  "outcome.connected": "{label} is connected to {product}",
  "outcome.reconnected": "{label} is connected again",
  "outcome.account": "Account:",
  "outcome.done": "All done. You can close this window.",
  "outcome.continue": "Continue to {product}",
  "outcome.back": "Back to {product}",
  "outcome.retry": "Go back and try again",
  "outcome.missing.title": "Some permissions were not given",
  "outcome.missing.text": "What needs them will not work in {product}:",
  "outcome.missing.retry": "Go back and allow them",
  "outcome.waiting.title": "Waiting for {label}",
  "outcome.waiting.text": "Finish signing in at {label}. This page goes on by itself when you are back.",
  "outcome.waiting.retry": "Start again",
  "outcome.confirming.title": "Go back to {product} to finish",
  "outcome.confirming.text":
    "Nothing is connected yet. {product} checks first that the link was meant for you; be signed in there in this browser.",
  "outcome.approving.title": "Connect this account?",
  "outcome.approving.account": "You are about to connect {account} of {label} to {product}.",
  "outcome.approving.unknown": "You are about to connect your {label} account to {product}.",
  "outcome.approving.careful":
    "{label} does not tell which account it is: go on only if you signed in there with the one you meant.",
  "outcome.approving.until": "Nothing is connected yet. Without an answer, this ends by itself after half an hour.",
  "outcome.approving.yes": "Connect",
  "outcome.approving.no": "Not my account, use another one",
  "outcome.approving.connecting": "Connecting…",
  "outcome.unknown.title": "There is nothing to show here",
  "outcome.unknown.text":
    "This browser has not connected anything lately. Open the link you were sent once more, in this browser.",

  "failure.access_denied.title": "You did not allow access",
  "failure.access_denied.text":
    "That is fine: nothing was connected. Without it, {product} cannot work with {label}. If it was a slip, go back and choose to allow.",
  "failure.state_mismatch.title": "This was started in another window",
  "failure.state_mismatch.text":
    "Nothing was connected. For your safety, connecting must begin and end in the same browser. Start again here, and stay in this window.",
  "failure.expired.title": "That took too long",
  "failure.expired.text":
    "Nothing was connected: for your safety, the way to {label} and back stays open only for a short time.",
  "failure.provider_error.title": "{label} reported a problem",
  "failure.provider_error.text": "Nothing was connected. It often helps to try again in a few minutes.",
  "failure.provider_unreachable.title": "{label} does not answer",
  "failure.provider_unreachable.text":
    "Nothing was connected. The service may be down for a moment: try again in a few minutes.",
  "failure.client_misconfigured.title": "{product} has to repair something first",
  "failure.client_misconfigured.text":
    "Nothing was connected, and you did nothing wrong: {label} does not accept how {product} is set up there. Please tell {product}; your link stays valid.",
  "failure.external_account_mismatch.title": "That was a different account",
  "failure.external_account_mismatch.text":
    "Nothing was changed. This link renews one particular account of {label}: go back and sign in there with that one.",
  "failure.binding_failed.title": "{product} expected somebody else",
  "failure.binding_failed.text":
    "Nothing was connected. The link was made for another user than the one who is signed in to {product} in this browser. If it was meant for you, sign in there as yourself and start again from there.",
  "failure.declined.title": "Nothing was connected",
  "failure.declined.text":
    "You said that it was not the right account. To use another one, sign out at {label} first, or choose the other one there.",
  "failure.server_error.title": "Something went wrong on our side",
  "failure.server_error.text":
    "Nothing was connected. Try again; if it happens once more, please tell who sent you the link.",
} as const;
