import type { Catalogue } from "./words.ts";

export const de: Catalogue = {
  "card.environment": "Testumgebung: {environment}",
  "card.questions": "Fragen? {support}",
  "card.privacy": "Datenschutzerklärung von {product}",
  "card.language": "Sprache",

  "title.connect": "Konto verbinden",
  "title.connect_to": "Konto mit {product} verbinden",
  "title.authorizing": "Verbindung läuft",
  "title.confirming": "Noch nicht verbunden",
  "title.approving": "Dieses Konto verbinden?",
  "title.connected": "Verbunden",
  "title.failed": "Nicht verbunden",
  "title.unknown": "Nichts anzuzeigen",

  "load.link.title": "Diese Seite konnte nicht geladen werden",
  "load.link.text": "Es wurde nichts verbunden. Laden Sie die Seite in einer Minute neu; Ihr Link bleibt gültig.",
  "load.outcome.title": "Das Ergebnis konnte nicht geladen werden",
  "load.outcome.text": "Laden Sie diese Seite in einer Minute neu: Es geht nichts verloren.",

  "closed.used.title": "Dieser Link wurde schon verwendet",
  "closed.used.text":
    "Das Konto ist damit verbunden, und jeder Link gilt nur einmal. Möchten Sie ein weiteres Konto verbinden, bitten Sie {product} um einen neuen Link.",
  "closed.expired.title": "Dieser Link ist abgelaufen",
  "closed.expired.text": "Es wurde nichts verbunden. Bitten Sie {product} um einen neuen Link.",
  "closed.expired.until": "Er war bis {until} gültig.",
  "closed.unknown.title": "Dieser Link funktioniert nicht",
  "closed.unknown.text":
    "Vielleicht wurde er beim Kopieren abgeschnitten. Öffnen Sie den ganzen Link noch einmal oder lassen Sie sich einen neuen schicken.",

  "offer.choose": "Was möchten Sie mit {product} verbinden?",
  "offer.connect": "{label} mit {product} verbinden",
  "offer.reconnect": "{label} erneut mit {product} verbinden",
  "offer.end": "Sie können diesen Zugriff jederzeit beenden: in {label} oder über {product}.",
  "offer.end_any": "Sie können diesen Zugriff jederzeit beenden: beim gewählten Dienst oder über {product}.",
  "offer.same": "Bitte melden Sie sich mit demselben Konto an wie zuvor.",
  "offer.same_as": "Bitte melden Sie sich wie zuvor als {account} an.",
  "offer.same_typed": "Bitte verwenden Sie Zugangsdaten desselben Kontos wie zuvor.",
  "offer.same_typed_as": "Bitte verwenden Sie wie zuvor Zugangsdaten von {account}.",
  "offer.continue": "Weiter zu {label}",
  "offer.unavailable.title": "{label} kann gerade nicht verbunden werden",
  "offer.unavailable.text":
    "Die Einrichtung ist noch nicht abgeschlossen. Bitte sagen Sie {product} Bescheid; Ihr Link bleibt gültig.",

  "asked.scopes": "{product} möchte:",
  "asked.access":
    "{product} bittet um Zugriff auf Ihr Konto bei {label}. Was das umfasst, zeigt Ihnen {label} im nächsten Schritt.",
  "asked.use": "{scope} verwenden",
  "asked.more": { one: "{count} weitere Berechtigung", other: "{count} weitere Berechtigungen" },
  "asked.fewer": "Weniger anzeigen",

  "scope.read": "Ihre Daten in {label} lesen",
  "scope.write": "Daten in {label} hinzufügen und ändern",
  "scope.offline_access": "Verbunden bleiben, damit {product} auch in Ihrer Abwesenheit arbeiten kann",
  "scope.openid": "Wissen, dass Sie es sind, wenn Sie sich anmelden",
  "scope.email": "Ihre E-Mail-Adresse sehen",
  "scope.profile": "Ihren Namen und Ihr Bild sehen",

  "typed.key": "{product} bittet um einen Schlüssel Ihres Kontos bei {label}:",
  "typed.details": "{product} bittet um Zugangsdaten Ihres Kontos bei {label}:",
  "typed.checked": "Wird bei {label} geprüft, bevor etwas gespeichert wird",
  "typed.encrypted": "Wird verschlüsselt gespeichert und nie wieder angezeigt",
  "typed.allows": "Was damit erlaubt ist, legen Sie in {label} fest",
  "typed.connect": "{label} verbinden",
  "typed.waiting": "Wird bei {label} geprüft …",
  "typed.rest.title": "Das war zu oft",
  "typed.rest.text": {
    one: "Zu Ihrer Sicherheit pausiert dieses Formular {count} Minute. Laden Sie die Seite danach neu; Ihr Link bleibt gültig.",
    other:
      "Zu Ihrer Sicherheit pausiert dieses Formular {count} Minuten. Laden Sie die Seite danach neu; Ihr Link bleibt gültig.",
  },

  "field.optional": "(optional)",
  "field.choose": "Bitte wählen …",
  "field.example": "Zum Beispiel {example}",
  "field.show": "{field} anzeigen",
  "field.again": "Das wurde nicht angenommen. Prüfen Sie die Angabe und geben Sie sie noch einmal ein.",
  "field.rejected": "{label} hat das nicht angenommen.",
  "field.unlike": "{label} antwortet darauf nicht wie erwartet.",
  "field.copy": "Kopieren Sie die Angabe noch einmal oder erstellen Sie dort eine neue.",
  "field.check": "Prüfen Sie alle Ihre Angaben.",
  "field.said": "Meldung von {label}: {detail}",

  "fault.title": { one: "Bitte prüfen Sie {count} Angabe", other: "Bitte prüfen Sie {count} Angaben" },
  "fault.missing": "Diese Angabe fehlt.",
  "fault.form": "Das hat nicht die erwartete Form.",
  "fault.choice": "Wählen Sie einen der angebotenen Werte.",
  "fault.host_part": "Hier ist nur ein Teil der Adresse nötig: Buchstaben, Ziffern und Bindestriche.",
  "fault.one_line": "Das muss eine einzige Zeile sein. Kopieren Sie es noch einmal ohne Zeilenumbruch.",
  "fault.colon": "Hier darf kein Doppelpunkt vorkommen.",
  "fault.too_long": "Das ist zu lang. Prüfen Sie, ob Sie mehr kopiert haben als gewollt.",
  "fault.unusable":
    "Noch würde hier keine Eingabe funktionieren. Bitte sagen Sie {product} Bescheid; Ihr Link bleibt gültig.",

  "attempt.rate_limited.title": "{label} bittet um eine Pause",
  "attempt.rate_limited.text": "Es wurde nichts verbunden. Warten Sie eine Minute und versuchen Sie es noch einmal.",
  "attempt.provider_error.title": "{label} meldet ein Problem",
  "attempt.provider_error.text":
    "Es wurde nichts verbunden. Oft hilft es, es in ein paar Minuten noch einmal zu versuchen.",
  "attempt.provider_unreachable.title": "{label} antwortet nicht",
  "attempt.provider_unreachable.text":
    "Es wurde nichts verbunden. Vielleicht ist der Dienst kurz nicht erreichbar: Versuchen Sie es in ein paar Minuten noch einmal.",
  "attempt.client_misconfigured.title": "{product} muss erst etwas in Ordnung bringen",
  "attempt.client_misconfigured.text":
    "Es wurde nichts verbunden, und Sie haben nichts falsch gemacht. Bitte sagen Sie {product} Bescheid; Ihr Link bleibt gültig.",
  "attempt.external_account_mismatch.title": "Das gehört zu einem anderen Konto",
  "attempt.external_account_mismatch.text":
    "Es wurde nicht verbunden. Dieser Link erneuert ein bestimmtes Konto bei {label}: Verwenden Sie dessen Zugangsdaten.",
  "attempt.external_account_mismatch.owner": "Es gehört zu {owner}.",
  "attempt.external_account_unknown.title": "Es ist nicht sicher, wem das gehört",
  "attempt.external_account_unknown.text":
    "Es wurde nichts geändert: {label} hat nicht mitgeteilt, zu welchem Konto das gehört. Versuchen Sie es in ein paar Minuten noch einmal.",
  "attempt.try_again.title": "Das hat gerade nicht geklappt",
  "attempt.try_again.text":
    "Es wurde nichts verbunden. Versuchen Sie es noch einmal; geschieht es wieder, wenden Sie sich bitte an die Person, die Ihnen den Link geschickt hat.",

  "outcome.connected": "{label} ist mit {product} verbunden",
  "outcome.reconnected": "{label} ist wieder verbunden",
  "outcome.account": "Konto:",
  "outcome.done": "Alles erledigt. Sie können dieses Fenster schließen.",
  "outcome.continue": "Weiter zu {product}",
  "outcome.back": "Zurück zu {product}",
  "outcome.retry": "Zurück und noch einmal versuchen",
  "outcome.missing.title": "Einige Berechtigungen wurden nicht erteilt",
  "outcome.missing.text": "Was diese benötigt, funktioniert in {product} nicht:",
  "outcome.missing.retry": "Zurück und zustimmen",
  "outcome.waiting.title": "Warten auf {label}",
  "outcome.waiting.text":
    "Schließen Sie die Anmeldung bei {label} ab. Danach geht es auf dieser Seite von selbst weiter.",
  "outcome.waiting.retry": "Neu beginnen",
  "outcome.confirming.title": "Zum Abschließen zurück zu {product}",
  "outcome.confirming.text":
    "Es ist noch nichts verbunden. {product} prüft erst, ob der Link für Sie bestimmt war; melden Sie sich dort in diesem Browser an.",
  "outcome.approving.title": "Dieses Konto verbinden?",
  "outcome.approving.account": "Sie sind dabei, {account} bei {label} mit {product} zu verbinden.",
  "outcome.approving.unknown": "Sie sind dabei, Ihr Konto bei {label} mit {product} zu verbinden.",
  "outcome.approving.careful":
    "{label} verrät nicht, welches Konto es ist. Fahren Sie nur fort, wenn Sie sich dort mit dem richtigen angemeldet haben.",
  "outcome.approving.until":
    "Noch ist nichts verbunden. Ohne Ihre Antwort endet der Vorgang nach einer halben Stunde von selbst.",
  "outcome.approving.yes": "Verbinden",
  "outcome.approving.no": "Nicht mein Konto, ein anderes verwenden",
  "outcome.approving.connecting": "Wird verbunden …",
  "outcome.unknown.title": "Hier gibt es nichts anzuzeigen",
  "outcome.unknown.text":
    "In diesem Browser wurde zuletzt nichts verbunden. Öffnen Sie den Link, den Sie erhalten haben, noch einmal in diesem Browser.",

  "failure.access_denied.title": "Sie haben den Zugriff nicht erlaubt",
  "failure.access_denied.text":
    "Das ist in Ordnung: Es wurde nichts verbunden. Ohne den Zugriff kann {product} nicht mit {label} arbeiten. War es ein Versehen, gehen Sie zurück und stimmen Sie zu.",
  "failure.state_mismatch.title": "Begonnen wurde in einem anderen Fenster",
  "failure.state_mismatch.text":
    "Es wurde nichts verbunden. Zu Ihrer Sicherheit muss das Verbinden im selben Browser beginnen und enden. Beginnen Sie hier neu und bleiben Sie in diesem Fenster.",
  "failure.expired.title": "Das hat zu lange gedauert",
  "failure.expired.text":
    "Es wurde nichts verbunden: Zu Ihrer Sicherheit ist der Weg zu {label} und zurück nur kurze Zeit offen.",
  "failure.provider_error.title": "{label} meldet ein Problem",
  "failure.provider_error.text":
    "Es wurde nichts verbunden. Oft hilft es, es in ein paar Minuten noch einmal zu versuchen.",
  "failure.provider_unreachable.title": "{label} antwortet nicht",
  "failure.provider_unreachable.text":
    "Es wurde nichts verbunden. Vielleicht ist der Dienst kurz nicht erreichbar: Versuchen Sie es in ein paar Minuten noch einmal.",
  "failure.client_misconfigured.title": "{product} muss erst etwas in Ordnung bringen",
  "failure.client_misconfigured.text":
    "Es wurde nichts verbunden, und Sie haben nichts falsch gemacht: {label} akzeptiert nicht, wie {product} dort eingerichtet ist. Bitte sagen Sie {product} Bescheid; Ihr Link bleibt gültig.",
  "failure.external_account_mismatch.title": "Das war ein anderes Konto",
  "failure.external_account_mismatch.text":
    "Es wurde nichts geändert. Dieser Link erneuert ein bestimmtes Konto bei {label}: Gehen Sie zurück und melden Sie sich dort mit diesem Konto an.",
  "failure.binding_failed.title": "{product} hat jemand anderen erwartet",
  "failure.binding_failed.text":
    "Es wurde nichts verbunden. Der Link ist für eine andere Person bestimmt als die, die hier bei {product} angemeldet ist. War er für Sie gedacht, melden Sie sich dort als Sie selbst an und beginnen Sie von dort neu.",
  "failure.declined.title": "Es wurde nichts verbunden",
  "failure.declined.text":
    "Sie haben angegeben, dass es nicht das richtige Konto war. Um ein anderes zu verwenden, melden Sie sich zuerst bei {label} ab oder wählen Sie dort das andere aus.",
  "failure.server_error.title": "Bei uns ist etwas schiefgegangen",
  "failure.server_error.text":
    "Es wurde nichts verbunden. Versuchen Sie es noch einmal; geschieht es wieder, wenden Sie sich bitte an die Person, die Ihnen den Link geschickt hat.",
};
