import type { Catalogue } from "./words.ts";

export const fr: Catalogue = {
  "card.environment": "Environnement de test : {environment}",
  "card.questions": "Des questions ? {support}",
  "card.privacy": "Politique de confidentialité de {product}",
  "card.language": "Langue",

  "title.connect": "Connecter votre compte",
  "title.connect_to": "Connecter votre compte à {product}",
  "title.authorizing": "Connexion en cours",
  "title.confirming": "Pas encore connecté",
  "title.approving": "Connecter ce compte ?",
  "title.connected": "Connecté",
  "title.failed": "Non connecté",
  "title.unknown": "Rien à afficher",

  "load.link.title": "Cette page n’a pas pu être chargée",
  "load.link.text": "Rien n’a été connecté. Rechargez la page dans une minute ; votre lien reste valable.",
  "load.outcome.title": "Le résultat n’a pas pu être chargé",
  "load.outcome.text": "Rechargez cette page dans une minute : rien n’est perdu.",

  "closed.used.title": "Ce lien a déjà été utilisé",
  "closed.used.text":
    "Il a servi à connecter le compte, et un lien ne fonctionne qu’une fois. Pour connecter un autre compte, demandez un nouveau lien à {product}.",
  "closed.expired.title": "Ce lien a expiré",
  "closed.expired.text": "Rien n’a été connecté. Demandez un nouveau lien à {product} ; l’ancien ne sert plus.",
  "closed.expired.until": "Il était valable jusqu’au {until}.",
  "closed.unknown.title": "Ce lien ne fonctionne pas",
  "closed.unknown.text":
    "Il a peut-être été coupé lors de la copie. Ouvrez de nouveau le lien entier, ou demandez-en un nouveau à la personne qui vous l’a envoyé.",

  "offer.choose": "Que souhaitez-vous connecter à {product} ?",
  "offer.connect": "Connecter {label} à {product}",
  "offer.reconnect": "Reconnecter {label} à {product}",
  "offer.end": "Vous pouvez mettre fin à cet accès à tout moment, dans {label} ou en le demandant à {product}.",
  "offer.end_any":
    "Vous pouvez mettre fin à cet accès à tout moment, dans le service choisi ou en le demandant à {product}.",
  "offer.same": "Veuillez vous connecter avec le même compte qu’auparavant.",
  "offer.same_as": "Veuillez vous connecter en tant que {account}, comme auparavant.",
  "offer.same_typed": "Veuillez utiliser les identifiants du même compte qu’auparavant.",
  "offer.same_typed_as": "Veuillez utiliser les identifiants de {account}, comme auparavant.",
  "offer.continue": "Continuer vers {label}",
  "offer.unavailable.title": "{label} ne peut pas être connecté pour le moment",
  "offer.unavailable.text":
    "La configuration n’est pas encore terminée. Veuillez le signaler à {product} ; votre lien reste valable.",

  "asked.scopes": "{product} demande l’autorisation de :",
  "asked.access":
    "{product} demande l’accès à votre compte {label}. {label} vous montrera à l’étape suivante ce que cela comprend.",
  "asked.use": "Utiliser {scope}",
  "asked.more": {
    one: "{count} autre autorisation",
    many: "{count} autres autorisations",
    other: "{count} autres autorisations",
  },
  "asked.fewer": "Moins de détails",

  "scope.read": "Lire vos données dans {label}",
  "scope.write": "Ajouter et modifier des données dans {label}",
  "scope.offline_access": "Rester connecté, pour que {product} fonctionne aussi en votre absence",
  "scope.openid": "Savoir que c’est bien vous qui vous connectez",
  "scope.email": "Voir votre adresse e-mail",
  "scope.profile": "Voir votre nom et votre photo",

  "typed.key": "{product} demande une clé de votre compte {label} :",
  "typed.details": "{product} demande les identifiants de votre compte {label} :",
  "typed.checked": "Vérification auprès de {label} avant tout enregistrement",
  "typed.encrypted": "Enregistrement chiffré, sans nouvel affichage",
  "typed.allows": "Ce qui est autorisé se décide dans {label}",
  "typed.connect": "Connecter {label}",
  "typed.waiting": "Vérification auprès de {label}…",
  "typed.rest.title": "Trop de tentatives",
  "typed.rest.text": {
    one: "Pour votre sécurité, ce formulaire fait une pause de {count} minute. Rechargez ensuite cette page ; votre lien reste valable.",
    many: "Pour votre sécurité, ce formulaire fait une pause de {count} minutes. Rechargez ensuite cette page ; votre lien reste valable.",
    other:
      "Pour votre sécurité, ce formulaire fait une pause de {count} minutes. Rechargez ensuite cette page ; votre lien reste valable.",
  },

  "field.optional": "(facultatif)",
  "field.choose": "Choisir…",
  "field.example": "Par exemple {example}",
  "field.show": "Afficher {field}",
  "field.again": "Cette saisie n’a pas été acceptée. Vérifiez-la et saisissez-la de nouveau.",
  "field.rejected": "{label} n’a pas accepté cette saisie.",
  "field.unlike": "{label} ne répond pas à cette saisie comme prévu.",
  "field.copy": "Copiez-la de nouveau, ou créez-en une nouvelle dans le service.",
  "field.check": "Vérifiez tout ce que vous avez saisi.",
  "field.said": "Réponse de {label} : {detail}",

  "fault.title": {
    one: "{count} saisie est à vérifier",
    many: "{count} saisies sont à vérifier",
    other: "{count} saisies sont à vérifier",
  },
  "fault.missing": "Cette information est nécessaire.",
  "fault.form": "Cette saisie n’a pas la forme attendue.",
  "fault.choice": "Choisissez l’une des valeurs proposées.",
  "fault.host_part": "Une seule partie de l’adresse est attendue ici : lettres, chiffres et traits d’union.",
  "fault.one_line": "Une seule ligne est attendue. Copiez de nouveau, sans retour à la ligne.",
  "fault.colon": "Cette saisie ne doit pas contenir de deux-points.",
  "fault.too_long": "Cette saisie est trop longue. Vérifiez que vous n’avez pas copié plus que prévu.",
  "fault.unusable":
    "Aucune saisie ne fonctionnerait ici pour l’instant. Veuillez le signaler à {product} ; votre lien reste valable.",

  "attempt.rate_limited.title": "{label} demande une pause",
  "attempt.rate_limited.text": "Rien n’a été connecté. Attendez une minute, puis réessayez.",
  "attempt.provider_error.title": "{label} signale un problème",
  "attempt.provider_error.text": "Rien n’a été connecté. Il suffit souvent de réessayer dans quelques minutes.",
  "attempt.provider_unreachable.title": "{label} ne répond pas",
  "attempt.provider_unreachable.text":
    "Rien n’a été connecté. Le service est peut-être interrompu un instant : réessayez dans quelques minutes.",
  "attempt.client_misconfigured.title": "{product} doit d’abord corriger quelque chose",
  "attempt.client_misconfigured.text":
    "Rien n’a été connecté, et vous n’y êtes pour rien. Veuillez le signaler à {product} ; votre lien reste valable.",
  "attempt.external_account_mismatch.title": "Ces identifiants sont ceux d’un autre compte",
  "attempt.external_account_mismatch.text":
    "Rien n’a été connecté. Ce lien renouvelle un compte {label} bien précis : utilisez les identifiants de ce compte.",
  "attempt.external_account_mismatch.owner": "Ils appartiennent à {owner}.",
  "attempt.external_account_unknown.title": "Le compte concerné n’est pas certain",
  "attempt.external_account_unknown.text":
    "Rien n’a été modifié : {label} n’a pas indiqué de quel compte il s’agit. Réessayez dans quelques minutes.",
  "attempt.try_again.title": "Cela n’a pas fonctionné cette fois",
  "attempt.try_again.text":
    "Rien n’a été connecté. Réessayez ; si cela se reproduit, prévenez la personne qui vous a envoyé le lien.",

  "outcome.connected": "{label} est connecté à {product}",
  "outcome.reconnected": "{label} est de nouveau connecté",
  "outcome.account": "Compte :",
  "outcome.done": "C’est terminé. Vous pouvez fermer cette fenêtre.",
  "outcome.continue": "Continuer vers {product}",
  "outcome.back": "Retour à {product}",
  "outcome.retry": "Revenir et réessayer",
  "outcome.missing.title": "Certaines autorisations n’ont pas été accordées",
  "outcome.missing.text": "Ce qui en a besoin ne fonctionnera pas dans {product} :",
  "outcome.missing.retry": "Revenir et les accorder",
  "outcome.waiting.title": "En attente de {label}",
  "outcome.waiting.text": "Terminez la connexion dans {label}. Cette page continuera d’elle-même à votre retour.",
  "outcome.waiting.retry": "Recommencer",
  "outcome.confirming.title": "Revenez à {product} pour terminer",
  "outcome.confirming.text":
    "Rien n’est encore connecté. {product} vérifie d’abord que le lien vous était destiné ; connectez-vous-y dans ce navigateur.",
  "outcome.approving.title": "Connecter ce compte ?",
  "outcome.approving.account": "Vous êtes sur le point de connecter {account} ({label}) à {product}.",
  "outcome.approving.unknown": "Vous êtes sur le point de connecter votre compte {label} à {product}.",
  "outcome.approving.careful":
    "{label} n’indique pas de quel compte il s’agit : continuez seulement si vous vous y êtes connecté avec le bon.",
  "outcome.approving.until":
    "Rien n’est encore connecté. Sans réponse de votre part, la demande prend fin d’elle-même après une demi-heure.",
  "outcome.approving.yes": "Connecter",
  "outcome.approving.no": "Ce n’est pas mon compte, en utiliser un autre",
  "outcome.approving.connecting": "Connexion…",
  "outcome.unknown.title": "Il n’y a rien à afficher ici",
  "outcome.unknown.text":
    "Rien n’a été connecté récemment dans ce navigateur. Ouvrez-y de nouveau le lien que vous avez reçu.",

  "failure.access_denied.title": "Vous n’avez pas autorisé l’accès",
  "failure.access_denied.text":
    "Aucun souci : rien n’a été connecté. Sans cet accès, {product} ne peut pas fonctionner avec {label}. S’il s’agit d’une erreur, revenez en arrière et autorisez l’accès.",
  "failure.state_mismatch.title": "La connexion a été lancée dans une autre fenêtre",
  "failure.state_mismatch.text":
    "Rien n’a été connecté. Pour votre sécurité, la connexion doit commencer et se terminer dans le même navigateur. Recommencez ici et restez dans cette fenêtre.",
  "failure.expired.title": "Le délai est dépassé",
  "failure.expired.text":
    "Rien n’a été connecté : pour votre sécurité, l’aller-retour vers {label} n’est possible que peu de temps.",
  "failure.provider_error.title": "{label} signale un problème",
  "failure.provider_error.text": "Rien n’a été connecté. Il suffit souvent de réessayer dans quelques minutes.",
  "failure.provider_unreachable.title": "{label} ne répond pas",
  "failure.provider_unreachable.text":
    "Rien n’a été connecté. Le service est peut-être interrompu un instant : réessayez dans quelques minutes.",
  "failure.client_misconfigured.title": "{product} doit d’abord corriger quelque chose",
  "failure.client_misconfigured.text":
    "Rien n’a été connecté, et vous n’y êtes pour rien : {label} n’accepte pas la configuration de {product}. Veuillez le signaler à {product} ; votre lien reste valable.",
  "failure.external_account_mismatch.title": "C’était un autre compte",
  "failure.external_account_mismatch.text":
    "Rien n’a été modifié. Ce lien renouvelle un compte {label} bien précis : revenez en arrière et connectez-vous avec ce compte.",
  "failure.binding_failed.title": "{product} attendait quelqu’un d’autre",
  "failure.binding_failed.text":
    "Rien n’a été connecté. Le lien a été créé pour une autre personne que celle qui est connectée à {product} dans ce navigateur. S’il vous était destiné, connectez-vous-y avec votre propre compte et recommencez à partir de là.",
  "failure.declined.title": "Rien n’a été connecté",
  "failure.declined.text":
    "Vous avez indiqué que ce n’était pas le bon compte. Pour en utiliser un autre, déconnectez-vous d’abord de {label} ou choisissez-y l’autre compte.",
  "failure.server_error.title": "Un problème est survenu de notre côté",
  "failure.server_error.text":
    "Rien n’a été connecté. Réessayez ; si cela se reproduit, prévenez la personne qui vous a envoyé le lien.",
};
